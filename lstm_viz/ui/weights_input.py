"""A visitor's own weights: an uploaded state_dict, whose shapes become the settings. Its values are not read."""

from __future__ import annotations

import streamlit as st

from lstm_viz.state_dict import RecurrentWeights, SavedNetwork, StateDictError, read_state_dict
from lstm_viz.ui.settings import current, use_spec

_FOUND, _SAID, _CHOSEN, _UPLOAD = "weights_found", "weights_said", "weights_chosen", "weights_upload"


def weights_input() -> None:
    """Upload, in a box that opens; of several recurrent layers one is chosen. What goes wrong is said below it."""
    with st.sidebar, st.expander("Your own weights"):
        st.file_uploader(
            "A state_dict that torch.save wrote",
            type=["pt", "pth", "bin", "ckpt"],
            key=_UPLOAD,
            on_change=_read,
            help="torch.save(model.state_dict(), 'weights.pt') writes one. Only names and shapes are read.",
        )
        found: SavedNetwork | None = st.session_state.get(_FOUND)
        if found is not None and len(found.layers) > 1:
            st.selectbox("Recurrent layer", found.layers, format_func=str, key=_CHOSEN, on_change=_choose)
        problem, notes = st.session_state.get(_SAID, ("", ()))
        if problem:
            st.error(problem)
        for note in notes:
            st.caption(_plain(note))


def _read() -> None:
    upload = st.session_state[_UPLOAD]
    st.session_state.pop(_FOUND, None)
    st.session_state.pop(_CHOSEN, None)
    if upload is None:
        st.session_state.pop(_SAID, None)
        return
    try:
        found = read_state_dict(upload.getvalue())
    except StateDictError as error:
        st.session_state[_SAID] = (_plain(str(error)), ())
        return
    st.session_state[_FOUND] = found
    _use(found, found.layers[0])


def _choose() -> None:
    found: SavedNetwork | None = st.session_state.get(_FOUND)
    if found is not None:
        _use(found, st.session_state[_CHOSEN])


def _use(found: SavedNetwork, layer: RecurrentWeights) -> None:
    try:
        spec, notes = found.spec(layer, current().spec)
    except StateDictError as error:
        st.session_state[_SAID] = (_plain(str(error)), ())
    else:
        use_spec(spec)
        st.session_state[_SAID] = ("", (f"{layer} is drawn, with random weights in the place of the file's.", *notes))


def _plain(text: str) -> str:
    """Text for Streamlit's Markdown, whatever names a file holds."""
    return "".join(f"\\{letter}" if letter in "\\`*_{}[]<>()#+-.!|$~:" else letter for letter in text)
