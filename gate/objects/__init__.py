"""Datasets and models on object storage: their addresses, and reading them in place."""
