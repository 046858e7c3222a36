"""A Sigstore of our own, for tests: real protocols and cryptography, on loopback or without any HTTP.

    instance = Instance()
    mint(instance, claims=email_claims("dev@example.com"), artifact=b"...")      # a bundle's JSON
    with instance.serve() as url:                                               # or let a real client sign
        config, token = instance.trust_config(rekor=2), instance.token(**workflow_claims("acme/data"))

Fulcio trusts every token: whoever can reach the server can be anybody. It knows no revocation and keeps nothing.
"""

from tests.localsigstore.claims import GITHUB, ISSUER, email_claims, workflow_claims
from tests.localsigstore.instance import Instance
from tests.localsigstore.minting import IN_TOTO, mint

__all__ = ["GITHUB", "IN_TOTO", "ISSUER", "Instance", "email_claims", "mint", "workflow_claims"]
