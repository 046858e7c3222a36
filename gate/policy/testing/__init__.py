"""Tests of policies: cases with what is known of an artifact, and the decisions that must come of it."""
