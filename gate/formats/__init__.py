"""Static readers of weight formats: they never load, never execute, and never import a framework."""
