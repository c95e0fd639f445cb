"""How results look in a notebook and as files: pages that need no server, no network and no script.

Importing it registers each kind of result with ``lstm_viz.display``.
"""

from lstm_viz.showing import results, traces

__all__ = ["results", "traces"]
