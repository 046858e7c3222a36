"""Ways to poison, by modality."""
