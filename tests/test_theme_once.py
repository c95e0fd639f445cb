"""The theme that the browser is told is the one that Streamlit would tell it, read once."""

from __future__ import annotations

import pytest
from streamlit import config
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session

from lstm_viz.ui.theme_once import read_theme_once

SECTIONS = ("theme", "theme.light", "theme.dark", "theme.sidebar", "theme.light.sidebar", "theme.dark.sidebar")


def told(section: str) -> CustomThemeConfig:
    theme = CustomThemeConfig()
    app_session._populate_theme_msg(theme, section)
    return theme


def test_every_section_is_told_as_before_and_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app_session, "_populate_theme_msg", app_session._populate_theme_msg)
    before = [told(section) for section in SECTIONS]
    assert before[1].primary_color
    assert before[1] != before[2]
    read_theme_once()
    assert [told(section) for section in SECTIONS] == before
    monkeypatch.setattr(config, "get_options_for_section", lambda _: pytest.fail("it is read again"))
    assert [told(section) for section in SECTIONS] == before
