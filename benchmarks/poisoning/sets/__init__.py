"""Clean datasets, by modality."""
