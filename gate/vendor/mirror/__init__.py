"""Where they are kept: content-addressed, one file for each kind of place."""
