"""What DVC keeps, read from its own files: DVC is not imported, nor is anything run that they name."""
