"""Policies that another server or repository keeps: their references, and fetching that trusts nobody."""
