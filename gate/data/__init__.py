"""Readers of datasets: whatever the format, one table with named columns, whose rows know their place in a file."""
