"""The rules of the picture of the windows alone."""

from __future__ import annotations

from functools import cache


@cache
def window_style() -> str:
    """CSS for a drawing that has the class ``window-lv`` beside ``lv``: T is the window's colour, O its target's."""
    return (
        ".window-lv .curve{fill:none;stroke:var(--soft);stroke-width:1.6;stroke-linejoin:round}"
        ".window-lv .curve.within{stroke:var(--T);stroke-width:3.2}.window-lv .curve.thin{stroke-width:1}"
        ".window-lv .ground{fill:transparent}.window-lv .ground-1{fill:var(--box)}"
        ".window-lv .border{stroke:var(--line);stroke-width:1;stroke-dasharray:4 4}"
        ".window-lv .grid{stroke:var(--faint);stroke-width:.8}"
        ".window-lv .window-ground{fill:var(--T);fill-opacity:.16}"
        ".window-lv .goal-ground{fill:var(--O);fill-opacity:.2}"
        ".window-lv .window-frame{fill:none;stroke:var(--T);stroke-width:2}"
        ".window-lv .goal{fill:var(--paper);stroke:var(--O);stroke-width:3}"
        ".window-lv .grip{fill:transparent;cursor:grab}.window-lv .handle{outline:none;touch-action:none}"
        ".window-lv .handle:focus-visible .window-frame{stroke-width:4}"
        ".window-lv .knob{cursor:grab}.window-lv .knob rect{fill:var(--T)}"
        ".window-lv .knob path{fill:none;stroke:var(--paper);stroke-width:2;stroke-linecap:round}"
        ".window-lv.dragging .grip,.window-lv.dragging .knob{cursor:grabbing}"
        ".window-lv .here{fill:var(--ink);stroke:var(--paper);stroke-width:2}"
        ".window-lv .page-frame{fill:none;stroke:var(--T);stroke-width:2}"
        ".window-lv .table-row{outline:none}"
        ".window-lv .in-window .edge-bar{fill:var(--T)}.window-lv .in-target .edge-bar{fill:var(--O)}"
        ".window-lv .outside .cell,.window-lv .pair:not(.newest) .cell{fill-opacity:.5}"
        ".window-lv .outside .cell+text,.window-lv .pair:not(.newest) .cell+text{fill:var(--ink)}"
        ".window-lv .outside>text{fill:var(--soft)}.window-lv .target-frame{fill:none;stroke:var(--O);stroke-width:2.6}"
        ".window-lv .table-row:focus-visible{outline:2px solid var(--T)}"
        ".window-lv .pair.newest .cell{stroke-width:1.4}"
        ".window-lv .table-row.lit>text:first-of-type{font-weight:800}"
    )
