"""What changed between two versions of a dataset: its columns, and how their values are distributed."""
