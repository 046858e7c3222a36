"""Signatures and attestations: who vouches for the bytes, verified with no network and no state of the machine.

`verify` is the pipeline: a bundle is parsed (`bundle`), its signer authenticated against keys and roots that a
policy names (`sigstore`, `certificates`, `keys`), bound to the bytes at hand (`binding`), and the signer compared
with the identities that the policy trusts (`identity`). Everything raises `InvalidError` and nothing else for what it
finds in a bundle; see docs/adr/0012.
"""
