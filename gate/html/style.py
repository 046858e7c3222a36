"""How pages look: light and dark as the reader's system says, narrow and wide, on screen and on paper."""

from __future__ import annotations

STYLE = """
:root { color-scheme: light dark; --ink: #1c1e21; --soft: #595f69; --paper: #fff; --card: #f5f6f8; --line: #d5d8de;
  --block: #b00020; --warn: #8a5a00; --clear: #17693b; --mark: #ffe27a; --markink: #1c1e21; --focus: #0b57d0; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaed; --soft: #a9afb9; --paper: #17191c; --card: #22252a;
  --line: #3d424a; --block: #ff8a8a; --warn: #f2b84b; --clear: #6fd39a; --mark: #6b5300; --markink: #fff;
  --focus: #8ab4f8; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 72rem; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; margin: 0 0 .75rem; line-height: 1.25; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .75rem; padding-bottom: .25rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1.05rem; margin: 0 0 .5rem; }
h4 { font-size: .95rem; margin: 1rem 0 .4rem; color: var(--soft); font-weight: 600; }
p { margin: .4rem 0; max-width: 46rem; }
ul { margin: .4rem 0; padding-left: 1.3rem; }
dl { display: grid; grid-template-columns: fit-content(50%) 1fr; gap: .15rem 1rem; margin: .5rem 0; }
dt { color: var(--soft); } dd { margin: 0; font-variant-numeric: tabular-nums; }
a { color: inherit; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
.verdict { border-left: .5rem solid; padding: .75rem 1rem; background: var(--card); border-radius: .25rem; }
.verdict p:first-child { font-size: 1.15rem; font-weight: 600; }
.verdict.block, .level.block { border-color: var(--block); } .level.block { color: var(--block); }
.verdict.warn, .level.warn { border-color: var(--warn); } .level.warn { color: var(--warn); }
.verdict.clear { border-color: var(--clear); } .level.note { color: var(--soft); border-color: var(--line); }
.level { display: inline-block; border: 1px solid; border-radius: 1rem; padding: 0 .6rem; margin-right: .5rem;
  font-size: .85rem; font-weight: 600; }
.where { color: var(--soft); font-size: .8rem; }
.wide { overflow-x: auto; max-width: 100%; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .25rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top;
  overflow-wrap: normal; max-width: 24rem; unicode-bidi: isolate; }
th { color: var(--soft); font-weight: 600; white-space: nowrap; } td.number { text-align: right; }
@media (max-width: 40rem) { dl { display: block; } dt { font-size: .85rem; } dd { margin: 0 0 .35rem; } }
@media print { body { max-width: none; padding: 0; font-size: 11pt; } h2, h3, h4 { break-after: avoid; }
  .wide { overflow: visible; } }
"""
