"""Judging a change: what a pull request may not do to the DBOM and the policy, compared with its base."""
