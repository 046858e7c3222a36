"""What a repository holds that could be declared, and the gate's first documents for it: the work of `gate init`."""
