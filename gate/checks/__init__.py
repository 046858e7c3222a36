"""The checks, one file per family: they read what was declared and examined, and state facts and findings."""
