"""Archives: every member is inspected as if it were a file, and what the archive says about it is checked."""
