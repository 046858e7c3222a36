"""Vendoring: data and weights fetched once, examined, and kept in a mirror of one's own."""
