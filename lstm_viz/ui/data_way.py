"""The Data page below its controls: the way of the data as a picture, what can be taken from it, and the tabs."""

from __future__ import annotations

import html
from functools import lru_cache
from importlib import import_module

import streamlit as st

from lstm_viz.drawing.data_way import data_way
from lstm_viz.preparation.prepared import Prepared, Step, axes_text
from lstm_viz.ui.data_component import is_narrow, pictures
from lstm_viz.ui.data_settings import DataSettings, current_data
from lstm_viz.ui.data_use import use_buttons
from lstm_viz.ui.embed import is_embedded
from lstm_viz.ui.projector_link import presenting
from lstm_viz.ui.slides import back_bar, screen
from lstm_viz.ui.tabs import DATA_TABS, Tabs
from lstm_viz.ui.text import html_table, inline_code, literal

_BACK = "data_way_back"
"""In the session: how often a presenter went back from a step to the whole way."""
_TABLE = ("windows", "table", "scaling")
_GENERATED = ("samples",)
_WORDS = ("words", "padding")
_CHARACTERS = ("characters", "losses")
_ALL = ("loader", "layouts", "code")


def data_page() -> None:
    """Everything beside the sidebar."""
    now = current_data()
    _notices(now)
    draw = data_way if now.is_own else _way  # a visitor's own data is not kept for others
    picked = pictures(draw(now.ready.steps, tall=is_narrow(way_key())), key=way_key())
    notes = "".join(f"<p class='small'>{html.escape(note)}</p>" for note in now.ready.notes)
    if chosen := next((step for step in now.ready.steps if step.name == picked), None):
        _inspector(chosen)
    with st.container(key="data_said"):
        st.html(f"<p>{said(now)}</p>{notes}<p class='small'>Click a step to see its code.</p>")
        if is_embedded():
            return
        use_buttons(now)
    for word, tab in data_tabs().open():
        with tab:
            import_module(f"lstm_viz.ui.data_sections.{word}").section(now)


def data_tabs() -> Tabs:
    """The tabs that go with the kind of data."""
    return DATA_TABS.among(_sections(current_data()))


def way_key() -> str:
    """The key of the picture: a new one has no step picked."""
    return f"data_way{st.session_state.get(_BACK, '')}"


def _go_back() -> None:
    st.session_state[_BACK] = st.session_state.get(_BACK, 0) + 1


@lru_cache(maxsize=64)
def _way(steps: tuple[Step, ...], tall: bool) -> str:
    return data_way(steps, tall=tall)


def _inspector(step: Step) -> None:
    """What a chosen step is, and the lines of the script that make it; presented, in the place of the picture."""
    if presenting():
        back_bar("‹ The whole way", _go_back, key="turn_step")
    with screen("step"), st.container(border=True, key="step"):
        st.html(
            f"<p>{inline_code(step.name)} {_shape(step)} {html.escape(axes_text(step.axes))} {step.dtype}. "
            f"{html.escape(f'{step.sentence} {step.arithmetic}')}</p>"
        )
        st.code("\n".join(step.code), language="python")


def _sections(now: DataSettings) -> tuple[str, ...]:
    if isinstance(now.ready, Prepared):
        return (*(_GENERATED if now.ready.table is None else _TABLE), *_ALL)
    return (*(_WORDS if now.ready.recipe.unit == "words" else _CHARACTERS), *_ALL)


def _notices(now: DataSettings) -> None:
    for sentence in now.problems:
        st.warning(literal(sentence), icon=":material/link_off:")
    if now.refused:
        st.error(literal(now.refused), icon=":material/dataset:")
    if now.is_missing:
        st.info(literal(f"{now.trouble} Until then the page shows other data."), icon=":material/upload_file:")
    elif now.trouble:
        shown = " The page still shows the data before it." if now.pending else ""
        st.error(literal(f"{now.trouble}{shown}"), icon=":material/dataset:")
    for sentence in now.errors.values():
        st.error(literal(f"The picture shows the last that was possible. {sentence}"), icon=":material/block:")
    sheet = now.asked.sheet
    if sheet is not None and now.draft["data"] == "table":
        decided = now.pending is None
        for finding in sheet.findings:
            if finding.weight == "warning" or (finding.weight == "decide" and not decided):
                st.warning(literal(finding.text), icon=":material/troubleshoot:")


def said(now: DataSettings) -> str:
    """What comes out at the end, in a sentence or two."""
    batches = [step for step in now.ready.steps if step.stage == "batches"]
    x, target = (next(step for step in batches if step.name == name) for name in ("x", "target"))
    last = next((step for step in batches if step.name == "last x"), None)
    text = f"A batch is {_shape(x)}, {x.dtype}, with its target {_shape(target)}, {target.dtype}."
    if last is not None and last.shape != x.shape:
        text += f" The last batch is smaller: {_shape(last)}."
    return f"{text} {_source(now)}"


def _shape(step: Step) -> str:
    inside = ", ".join(
        f'<span class="s-{name}">{size:,}</span>' if len(name) == 1 and name.isalpha() else f"{size:,}"
        for name, size in zip(step.axes, step.shape, strict=True)
    )
    comma = "," if len(step.shape) == 1 else ""
    return f'<span class="shape">({inside}{comma})</span>'


def _source(now: DataSettings) -> str:
    if isinstance(now.ready, Prepared):
        text = now.ready.table.source if now.ready.table is not None else f"The target is {now.ready.target_name}."
    elif now.texts is not None and now.recipe.data == "text":
        text = now.texts.source
    else:
        from lstm_viz.datasets.messages import messages
        from lstm_viz.datasets.zen import zen

        text = (messages() if now.recipe.data == "messages" else zen()).source
    return html.escape(text)


def steps_table(steps: tuple[Step, ...]) -> str:
    """Every step with its shape, as a table."""
    rows = [
        (
            inline_code(step.name),
            inline_code(step.expression) if step.expression else "",
            html.escape(axes_text(step.axes)),
            _shape(step),
            html.escape(step.dtype),
            html.escape(step.arithmetic),
            html.escape(step.sentence),
        )
        for step in steps
    ]
    return html_table(("step", "made by", "axes", "shape", "dtype", "count", "what it is"), rows)
