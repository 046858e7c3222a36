"""Python: parsed, never imported."""
