"""Short messages, wanted and unwanted. Nothing is downloaded."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files

from lstm_viz.datasets.texts import Texts


@cache
def messages() -> Texts:
    """612 short messages of 1 to 39 words, labelled "wanted" or "unwanted"; one in four is unwanted.

    They were written for this project, and so were the labels: nobody sent or received them.

    >>> len(messages().texts), messages().labels.count("unwanted")
    (612, 167)
    """
    text = files("lstm_viz.datasets").joinpath("messages.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    return Texts(
        name="short messages",
        texts=tuple(row["text"] for row in rows),
        labels=tuple(row["label"] for row in rows),
        source=f"{len(rows)} short messages, wanted and unwanted, written for this project and labelled as they were "
        "written: nobody sent or received them.",
    )
