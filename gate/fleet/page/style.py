"""How the dashboard looks beyond what all pages share."""

from __future__ import annotations

from gate.html import style

STYLE = (
    style.STYLE
    + """
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .75rem; padding: 0;
  margin: 1rem 0; list-style: none; }
.tiles li { background: var(--card); border-radius: .5rem; padding: .75rem 1rem; }
.tiles b { display: block; font-size: 1.6rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
.tiles span { color: var(--soft); font-size: .85rem; }
meter { width: 100%; height: .5rem; display: block; }
.state { font-weight: 600; white-space: nowrap; }
.state.blocked { color: var(--block); } .state.undecided { color: var(--warn); } .state.pass { color: var(--clear); }
.state.blocked::before { content: "✗ "; } .state.undecided::before { content: "? "; }
.state.pass::before { content: "✓ "; } .state.nothing-to-check::before { content: "- "; }
.late { color: var(--block); font-weight: 600; } .soon { color: var(--warn); font-weight: 600; }
details { background: var(--card); border-radius: .5rem; padding: .5rem 1rem; margin: .6rem 0; }
summary { cursor: pointer; font-weight: 600; }
table.fleet { width: 100%; } table.fleet td + td { white-space: nowrap; }
@media (max-width: 44rem) {
  table.fleet, table.fleet tbody, table.fleet tr, table.fleet td { display: block; }
  table.fleet thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table.fleet tr { background: var(--card); border-radius: .5rem; padding: .5rem .75rem; margin: .6rem 0; }
  table.fleet td { border: 0; display: flex; justify-content: space-between; gap: 1rem; max-width: none;
    padding: .15rem 0; text-align: right; }
  table.fleet td::before { content: attr(data-label); color: var(--soft); text-align: left; }
  table.fleet td:first-child { font-size: 1.05rem; font-weight: 600; text-align: left; }
  table.fleet td:first-child::before { content: none; } }
@media print { details { break-inside: avoid; } }
"""
)
