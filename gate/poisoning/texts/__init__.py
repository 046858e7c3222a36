"""Detectors for labelled texts."""
