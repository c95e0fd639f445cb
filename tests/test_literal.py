"""Words of a visitor in Markdown: whatever they are, a reader of Markdown makes plain text of them again."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from lstm_viz.figures.style import as_it_is
from lstm_viz.ui.text import literal

MARKDOWN = MarkdownIt("gfm-like", {"html": True, "linkify": False})
JOINER = "\u2060"
MARKS = "![]()<>*_`~$\\&#:|-+=\"'{}/@. \naA1"


def shown(sentence: str) -> str:
    """The text that a reader sees, after a look that there is nothing but text and code."""
    page = MARKDOWN.render(f"Before {literal(sentence)} after")
    tags = set(re.findall(r"<(/?\w+)", page))
    assert tags <= {"p", "/p", "code", "/code"}, page
    return html.unescape(re.sub(r"</?(?:p|code)>", "", page)).replace(JOINER, "")


@given(st.text(MARKS, max_size=40) | st.text(max_size=40))
@example("![a](b)")
@example("`<b>` <b> `")
@example("``")
@example("\\`a`")
@example("`\\`![x](y)`")
@example("[a]: b")
def test_a_sentence_stays_what_it_was(sentence: str) -> None:
    def words(text: str) -> str:
        return re.sub(r"[\s`\\\x00\ufffd]+", "", text)

    assert words(shown(sentence)) == words(f"Before{sentence}after")


@pytest.mark.parametrize("address", ["https://evil.example", "www.evil.example", "me@evil.example", ":material/home:"])
def test_what_streamlit_finds_in_plain_text_is_broken(address: str) -> None:
    assert JOINER in literal(address)
    assert literal(address).replace(JOINER, "") == address


def test_a_chart_shows_marks_as_they_are() -> None:
    assert as_it_is("<b>a</b> & b") == "&lt;b&gt;a&lt;/b&gt; &amp; b"
