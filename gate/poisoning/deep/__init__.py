"""The deep scan: what a network learns from the samples, or features that a user supplies, asked by several signals."""
