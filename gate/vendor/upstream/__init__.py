"""Where data and weights are fetched from, one file for each kind of place."""
