"""The colours of the configuration are read once, and not in every run.

Streamlit tells the browser its theme with each run: for that it goes six times through all of its options, a twentieth
of what a small change costs.
"""

from __future__ import annotations

from functools import cache

from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session


def read_theme_once() -> None:
    """Keep what the server's configuration says: it does not change while it runs. Called once."""
    read = app_session._populate_theme_msg

    @cache
    def of_section(section: str) -> CustomThemeConfig:
        found = CustomThemeConfig()
        read(found, section)
        return found

    def tell(msg: CustomThemeConfig, section: str = "theme") -> None:
        msg.MergeFrom(of_section(section))

    app_session._populate_theme_msg = tell
