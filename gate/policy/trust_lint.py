"""What is valid in a policy about signers and still probably not meant."""

from __future__ import annotations

from collections.abc import Iterator

from gate.core.errors import Problem
from gate.core.text import shorten
from gate.policy.groups import at_least, strictest
from gate.policy.model import Selector
from gate.policy.overlap import covers
from gate.policy.trust import Identity, Requirement, Trust

WORKFLOW_ISSUERS = ("https://token.actions.githubusercontent.com", "https://gitlab.com")
"""Who vouches for workflows rather than for persons: GitHub Actions and GitLab CI on their public instances."""

_ANY_REF = ("refs/**", "refs/heads/**", "refs/heads/*")


def lint_trust(trust: Trust, *, extends_files: bool) -> Iterator[Problem]:
    """A note for every entry that trusts more than its author may think, or that does nothing."""
    for signer in trust.signers:
        if isinstance(signer, Identity):
            yield from _identity(signer)
    for entry in (*trust.signers, *trust.requirements, *trust.summaries):
        if why := _nothing(entry.selector):
            yield Problem(entry.location, f"its `for:` selects nothing: {why}", "write it as `gate check` shows it")
    yield from _idle(trust.requirements)
    if "policy" in trust.documents and not extends_files:
        message = "`policy:` is about the other policies that judge: a policy cannot demand its own signature"
        fix = "have the policy that extends this one demand it, or the one that `--policy` names"
        yield Problem(trust.places["policy"], message, fix)


def _identity(signer: Identity) -> Iterator[Problem]:
    workflow = _is_workflow(signer)
    bound = signer.source_repository or signer.source_repository_id or signer.source_owner_id
    if workflow and not bound:
        message = "the SAN names the workflow that was called, which anyone may call: add source_repository"
        yield Problem(signer.location, message, "the address of the repository that the workflow is to run in")
    numbered = signer.source_repository_id or signer.source_owner_id
    for key, glob in (("identity", signer.identity), ("source_repository", signer.source_repository)):
        narrowed = numbered or (key == "identity" and signer.source_repository)
        if glob and not narrowed and _any_owner(glob):
            message = f"`{key}: {shorten(glob)}` matches repositories of any owner, and anyone can be one"
            yield Problem(signer.location, message, "write the host and the owner out")
    if workflow:
        yield from _ref(signer)


def _is_workflow(signer: Identity) -> bool:
    after = signer.identity.partition("://")[2]
    return "/.github/workflows/" in after or "//" in after or signer.issuer in WORKFLOW_ISSUERS


def _any_owner(glob: str) -> bool:
    """Whether the host or the first part of the path is not written out."""
    scheme, found, rest = glob.partition("://")
    if not found:
        return glob.startswith("**/")
    parts = rest.split("/")
    return any("*" in part or "?" in part for part in (scheme, *parts[:2]))


def _ref(signer: Identity) -> Iterator[Problem]:
    """A `*` stays within a component of a path, and a ref such as `refs/heads/main` has three."""
    before, found, ref = signer.identity.rpartition("@")
    if found and "/" not in ref and "/" in before:
        message = f'no workflow is called so: "@{shorten(ref)}" is no ref, and `*` does not cross a slash'
        yield Problem(signer.location, message, "write `@refs/heads/main`, `@refs/tags/*`, or `@refs/**`")
        return
    anywhere = ref in _ANY_REF if found else signer.identity.endswith("/**")
    if anywhere and not signer.source_ref and not signer.source_commit:
        message = "any branch or tag may sign, so anyone who may push one"
        yield Problem(signer.location, message, "write the ref out, or add source_ref")


def _nothing(selector: Selector) -> str:
    """Why no artifact matches `selector`; an empty string where one may."""
    path, name = selector.path or "", selector.name or ""
    if path.startswith(("/", "~", "../")) or "\\" in path:
        return "paths are relative to the root, with forward slashes"
    return "no name has a slash" if "/" in name.replace("**/", "").replace("/**", "") else ""


def _idle(requirements: tuple[Requirement, ...]) -> Iterator[Problem]:
    """The strictest of each counts, so what asks for less than another never decides."""
    for i, asked in enumerate(requirements):
        if at_least(strictest(()), asked):
            said = "accepting retired keys is" if asked.retired_keys else "one signature is"
            message = f"this entry asks for nothing: {said} what holds anyway"
            yield Problem(asked.location, message, "ask for more, or remove it")
            continue
        for j, other in enumerate(requirements):
            same = at_least(asked, other) and covers(asked, other)  # of two that say the same the first one stays
            if i != j and at_least(other, asked) and covers(other, asked) and not (same and i < j):
                message = f"this entry never decides: the one on line {other.location.line} asks for as much"
                yield Problem(asked.location, message, "scope both entries, or remove one")
                break
