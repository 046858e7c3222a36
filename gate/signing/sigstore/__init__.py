"""The public-key infrastructure of Sigstore: certificates, logs, timestamps, and the roots that vouch for them."""
