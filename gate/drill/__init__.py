"""Drills: a copy of a dataset is poisoned on purpose, to see whether the gate would have blocked it."""
