"""Ways to poison a dataset, by modality; each module has `ATTACKS` by name."""
