"""What a signature comes in: bundles, envelopes, statements and the manifests of models, parsed strictly."""
