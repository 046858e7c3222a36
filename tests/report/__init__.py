"""Tests of the reports; `verdicts` builds what they render."""
