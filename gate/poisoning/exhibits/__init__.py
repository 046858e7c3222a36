"""What a page shows about a scan: suspects beside normal samples, a map of the samples, labels in doubt."""
