"""The names of the entries of an address that are about gradients."""

from __future__ import annotations

from lstm_viz.ui.link_entries import LinkEntries

GRADIENT_NAMES = ("gT", "gB", "gH", "gstart", "gscale", "gact", "gfb", "gclip", "gseed", "gview", "gtask")
"""``GradientSpec``'s names, written out: the first page need not import it."""
GRADIENT_ENTRIES = LinkEntries("gradient_entries", GRADIENT_NAMES)
