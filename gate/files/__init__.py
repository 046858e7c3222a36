"""Bytes: opened without following links, digested in one pass, listed, walked, written atomically."""
