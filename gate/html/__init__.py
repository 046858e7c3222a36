"""Self-contained HTML pages: untrusted text in them, their parts, and how they look."""
