"""The detector of backdoors in labelled images; `triggers` is its entry."""
