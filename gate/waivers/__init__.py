"""Waivers and adopted findings: what does not block although the policy says that it does, and until when."""
