"""Expectations as SQL for DuckDB: one file for each family, each a function from keyword arguments to a step."""
