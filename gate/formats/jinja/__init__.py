"""Jinja templates that come with models: read, never rendered."""
