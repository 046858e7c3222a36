"""Policies: their schema, how they are read and extended, and how they decide."""
