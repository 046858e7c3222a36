"""The vocabulary, the rule catalogue and the error tree: standard library only, cheap to import."""
