"""Python pickles, read without running them: the opcode table and what is built upon it."""
