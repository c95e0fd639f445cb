"""The names of the entries of an address that are about training."""

from __future__ import annotations

from lstm_viz.ui.link_entries import LinkEntries

MODEL = "tnet"
"""Its value names an example's own network; without it, the network is that of the settings."""
TRAINING_NAMES = (
    MODEL,
    *("topt", "tlr", "tmom", "twd", "tsched", "tevery", "tfac", "tB", "tep", "tshuf"),
    *("tclip", "tpat", "tloss", "tstate", "tseed"),
)
"""``TrainingSpec``'s names and MODEL, written out: importing them takes the first page half a second."""
TRAINING_ENTRIES = LinkEntries("training_entries", TRAINING_NAMES)
