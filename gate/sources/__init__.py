"""Where the code takes data and weights from: read from the text alone, nothing is imported or run."""
