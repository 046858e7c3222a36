"""How the page looks beyond what all pages share.

The colours of classes are those of Okabe and Ito, Color Universal Design, 2008, which the colour-blind can tell apart.
"""

from __future__ import annotations

from gate.html import style

STYLE = (
    style.STYLE
    + """
.clue { background: var(--card); border-radius: .5rem; padding: 1rem; margin: 1rem 0; }
.trigger { display: flex; flex-wrap: wrap; align-items: center; gap: .75rem; }
.trigger code { font-size: 1.05rem; background: var(--paper); border: 1px solid var(--line); border-radius: .25rem;
  padding: .2rem .5rem; white-space: pre-wrap; }
img { image-rendering: pixelated; background: var(--paper); border: 1px solid var(--line); }
.trigger img { width: 96px; height: auto; }
.gallery { display: flex; flex-wrap: wrap; gap: .6rem; list-style: none; padding: 0; margin: 0; }
.gallery li { width: 96px; font-size: .75rem; line-height: 1.3; }
.gallery img { width: 96px; height: auto; display: block; }
.texts { list-style: none; padding: 0; margin: 0; }
.texts li { border: 1px solid var(--line); border-radius: .25rem; background: var(--paper); padding: .5rem .7rem;
  margin: .4rem 0; font-size: .9rem; unicode-bidi: isolate; }
.texts b { color: var(--soft); font-weight: 600; } .texts .text { white-space: pre-wrap; unicode-bidi: plaintext; }
mark { background: var(--mark); color: var(--markink); font-weight: 600; border-radius: .15rem; padding: 0 .1rem;
  text-decoration: underline; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); gap: 0 1.5rem; }
td img { width: 48px; height: auto; display: block; }
svg { display: block; width: 100%; max-width: 46rem; height: auto; background: var(--card); border-radius: .5rem; }
svg text { fill: var(--soft); font: 12px system-ui, sans-serif; }
.dot { opacity: .6; } .c7 { fill: var(--soft); stroke: var(--soft); }
.c0 { fill: #0072b2; stroke: #0072b2; } .c1 { fill: #e69f00; stroke: #e69f00; } .c2 { fill: #009e73; stroke: #009e73; }
.c3 { fill: #56b4e9; stroke: #56b4e9; } .c4 { fill: #cc79a7; stroke: #cc79a7; } .c5 { fill: #b8a800; stroke: #b8a800; }
.c6 { fill: #d55e00; stroke: #d55e00; }
.mark { fill: none; stroke: var(--ink); stroke-width: 1.6; } .line { fill: none; stroke-width: 1.6; }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1rem; list-style: none; padding: 0; font-size: .85rem; }
.legend svg { display: inline-block; width: 14px; height: 14px; background: none; vertical-align: -2px; }
@media print { .clue, .texts li { break-inside: avoid; } }
"""
)
