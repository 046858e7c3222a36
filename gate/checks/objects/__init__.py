"""Artifacts on object storage: the one pass over their bytes, and copies for what needs files."""
