"""Signatures and attestations: who vouches for the bytes, verified with no network and no state of the machine.

`judge` is the way in: a bundle is parsed (`bundles`), its signer proven against keys and roots that a policy names
(`authenticate`, `sigstore`, `keys`), bound to the bytes at hand (`binding`), and compared with whom the policy trusts
(`identity`). What is wrong with a bundle is `InvalidError`, whatever a library raises; see docs/adr/0012.
"""
