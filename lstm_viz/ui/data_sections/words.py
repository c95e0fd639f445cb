"""The vocabulary, and messages as words, indices and padding."""

from __future__ import annotations

import html

import streamlit as st

from lstm_viz.preparation.prepared_text import PreparedText
from lstm_viz.ui.data_settings import DataSettings
from lstm_viz.ui.text import html_table, inline_code, literal

_MESSAGES, _ENTRIES, _STEPS = 8, 40, 12


def section(now: DataSettings) -> None:
    """The first training messages on their way to indices, and the words that have one."""
    ready = now.ready
    assert isinstance(ready, PreparedText)
    st.markdown("## From a message to indices")
    part = ready.parts["train"]
    rows = []
    for sample in range(min(_MESSAGES, len(part))):
        message = int(part.messages[sample])
        indices = part.x[sample].tolist()
        rows.append(
            (
                html.escape(ready.labels[message]),
                html.escape(ready.texts[message][:90]),
                inline_code(str(indices[:_STEPS])[:-1] + (", …]" if len(indices) > _STEPS else "]")),
                html.escape(ready.decode(indices[:_STEPS])),
                str(int(part.lengths[sample])),
            )
        )
    st.html(html_table(("label", "message", "indices", "what they stand for", "length"), rows, numbers=("length",)))
    if ready.collision is not None:
        st.error(literal(ready.collision.sentence))
    st.markdown(f"## The vocabulary: {len(ready.vocabulary):,} entries")
    entries = list(zip(ready.vocabulary.entries, ready.vocabulary.counts, strict=True))[:_ENTRIES]
    shown = " ".join(
        f"<span class='entry'><code>{index}</code> {html.escape(entry)} <small>×{count:,}</small></span>"
        for index, (entry, count) in enumerate(entries)
    )
    st.html(f"<style>.entry{{display:inline-block;margin:0 .9rem .3rem 0}}</style><p>{shown}</p>")
    left = f"{ready.vocabulary.left_out:,} words were left out." if ready.vocabulary.left_out else ""
    st.caption(f"The most frequent first; counted in the training messages alone. {left}")
