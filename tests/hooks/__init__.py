"""The pre-commit hooks: what the manifest says, what its entries do, and both under pre-commit itself."""
