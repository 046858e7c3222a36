"""The page about a scan: one HTML file that needs no script and fetches nothing."""
