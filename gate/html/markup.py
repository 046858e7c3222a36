"""Untrusted text as HTML, and what all pages share."""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Iterable

from gate.core.text import printable

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<header><h1>{title}</h1></header>
<main>
{content}
</main>
</body>
</html>
"""


def document(title: str, style: str, content: Iterable[str]) -> str:
    """The whole page; `title` is text, each part of `content` is HTML already.

    Its policy allows this one style sheet and the pictures in it, and no script: should an untrusted text ever become
    markup, it can still do nothing.
    """
    allowed = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{allowed}'; img-src data:; base-uri 'none'; form-action 'none'"
    inner = "\n".join(filter(None, content))
    return _PAGE.format(policy=policy, title=safe(title), style=style, content=inner)


def safe(text: str) -> str:
    """`text` escaped for HTML, also within attributes; characters that cannot be seen are written out."""
    return html.escape("\n".join(printable(line) for line in text.split("\n")))


def section(heading: str, *content: str) -> str:
    """A section with its heading; none where it has no content."""
    inner = "\n".join(filter(None, content))
    return f"<section>\n<h2>{heading}</h2>\n{inner}\n</section>" if inner else ""


def bullets(lines: Iterable[str]) -> str:
    """A list of lines that are HTML already; empty without any."""
    inner = "".join(f"<li>{line}</li>" for line in lines)
    return f"<ul>{inner}</ul>" if inner else ""


def wide(label: str, content: str) -> str:
    """What may be wider than the screen: it is scrolled by itself, with the keyboard too."""
    return f'<div class="wide" role="region" tabindex="0" aria-label="{safe(label)}">{content}</div>'
