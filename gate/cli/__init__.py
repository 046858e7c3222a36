"""The command line: one file per command; the only place that prints, reads the environment or ends the process."""
