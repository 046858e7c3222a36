"""How well and how fast sources are found in code."""
