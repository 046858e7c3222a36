"""Detectors for labelled images; `triggers` looks for dirty-label backdoors, `labels` for label noise."""
