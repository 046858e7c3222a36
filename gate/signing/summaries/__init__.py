"""Verification summaries: a verdict that a later stage can demand."""
