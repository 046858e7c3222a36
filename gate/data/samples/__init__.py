"""Datasets as the samples that a model learns from, by modality."""
