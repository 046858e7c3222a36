"""Licences of entries, which are any text, as other formats tell them apart: identifier, expression or mere name."""

from __future__ import annotations

import re
from typing import Literal

_COMMON = """
0BSD AFL-3.0 AGPL-3.0-only AGPL-3.0-or-later Apache-1.1 Apache-2.0 Artistic-2.0 BSD-2-Clause BSD-3-Clause
BSD-3-Clause-Clear BSL-1.0 C-UDA-1.0 CC-BY-1.0 CC-BY-2.0 CC-BY-2.5 CC-BY-3.0 CC-BY-4.0 CC-BY-NC-2.0 CC-BY-NC-2.5
CC-BY-NC-3.0 CC-BY-NC-4.0 CC-BY-NC-ND-2.0 CC-BY-NC-ND-2.5 CC-BY-NC-ND-3.0 CC-BY-NC-ND-4.0 CC-BY-NC-SA-2.0
CC-BY-NC-SA-2.5 CC-BY-NC-SA-3.0 CC-BY-NC-SA-4.0 CC-BY-ND-2.0 CC-BY-ND-2.5 CC-BY-ND-3.0 CC-BY-ND-4.0 CC-BY-SA-1.0
CC-BY-SA-2.0 CC-BY-SA-2.5 CC-BY-SA-3.0 CC-BY-SA-4.0 CC-PDDC CC0-1.0 CDLA-Permissive-1.0 CDLA-Permissive-2.0
CDLA-Sharing-1.0 CECILL-2.1 ECL-2.0 EPL-1.0 EPL-2.0 etalab-2.0 EUPL-1.1 EUPL-1.2 GFDL-1.3-only GFDL-1.3-or-later
GPL-2.0-only GPL-2.0-or-later GPL-3.0-only GPL-3.0-or-later ISC LGPL-2.1-only LGPL-2.1-or-later LGPL-3.0-only
LGPL-3.0-or-later LPPL-1.3c MIT MIT-0 MPL-2.0 MS-PL NCSA ODbL-1.0 ODC-By-1.0 OFL-1.1 OGL-UK-3.0 OSL-3.0 PDDL-1.0
PostgreSQL Unlicense WTFPL Zlib
"""
COMMON = frozenset(_COMMON.split())
"""Identifiers of the SPDX licence list that data and weights are published under, old enough for every validator."""

_WORD = r"\(*(?:DocumentRef-[A-Za-z0-9.-]+:)?[A-Za-z0-9][A-Za-z0-9.-]*\+?\)*"
_EXPRESSION = re.compile(rf"{_WORD}(?: (?:AND|OR|WITH) {_WORD})+|LicenseRef-[A-Za-z0-9.-]+")

Form = Literal["id", "expression", "name"]


def form_of(licence: str) -> Form:
    """Whether the text is an identifier of the SPDX list, an SPDX expression (SPDX 3.0.1, Annex B), or neither."""
    if licence in COMMON:
        return "id"
    balanced = licence.count("(") == licence.count(")")
    return "expression" if balanced and len(licence) < 2000 and _EXPRESSION.fullmatch(licence) else "name"


def as_expression(licence: str) -> str:
    """An SPDX expression for any licence: of mere text a reference to a licence that is not on the list."""
    if form_of(licence) != "name":
        return licence
    return "LicenseRef-" + (re.sub(r"[^A-Za-z0-9.-]+", "-", licence).strip("-") or "unnamed")
