"""From a file or a pasted text to Texts: one text for its characters, or a message on each line."""

from __future__ import annotations

import json

from lstm_viz.datasets.texts import Texts
from lstm_viz.preparation.decoding import to_text
from lstm_viz.preparation.errors import TableError, counted, quoted
from lstm_viz.preparation.text_errors import TextError


def read_text(name: str, content: bytes | str) -> Texts:
    """The text in ``content``, one message without a label, every line end as "\\n".

    ``name`` is what its messages call it, the file's name. Raises TextError with one sentence: what was found, and what
    to do.

    >>> read_text("poem.txt", "roses\\r\\nare red").texts
    ('roses\\nare red',)
    """
    if not content.strip():
        raise TextError(
            f"{quoted(name)} holds no text: expected one of at least two different characters. Bring a longer one."
        )
    try:
        decoded = to_text(name, content)
    except TableError as error:
        what = str(error).rsplit(": ", 1)[0]
        advice = "save it as plain text, UTF-8, of at most 5 MB, and bring that file"
        raise TextError(f"{what}: {advice}.", error.row) from None
    text = decoded.text.replace("\r\n", "\n").replace("\r", "\n")
    source = f"{name}, a text of {counted(len(text), 'character')} that you brought."
    return Texts(name, (text,), source=source, notes=decoded.notes)


def read_text_code(name: str, content: bytes | str) -> str:
    """Python that reads the same text from a file of that name into ``text``.

    >>> print(read_text_code("poem.txt", "roses"))
    import pathlib
    <BLANKLINE>
    text = pathlib.Path("poem.txt").read_text(encoding="utf-8")
    """
    encoding = "utf-8" if isinstance(content, str) else to_text(name, content).encoding
    return f'import pathlib\n\ntext = pathlib.Path({json.dumps(name)}).read_text(encoding="{encoding}")'
