"""Making signatures: with private keys, and with the identity of a CI job."""
