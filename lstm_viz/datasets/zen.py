"""The text that comes with every Python: decoded when it is asked for, and not printed."""

from __future__ import annotations

import codecs
import runpy
from functools import cache

from lstm_viz.datasets.texts import Texts


@cache
def zen() -> Texts:
    """The Zen of Python by Tim Peters, 856 characters, from the standard library's own module ``this``.

    >>> zen().texts[0].splitlines()[0]
    'The Zen of Python, by Tim Peters'
    """
    # importing the module would print the text; run with another print, it keeps quiet
    module = runpy.run_module("this", init_globals={"print": lambda *_: None})
    text = codecs.decode(module["s"], "rot13")
    return Texts(
        name="the Zen of Python",
        texts=(text,),
        source="The Zen of Python by Tim Peters, the text of Python's own module this, decoded from ROT13 as it is "
        "there.",
    )
