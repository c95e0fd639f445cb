"""The controls of the Data page: which data, which columns or characters, windows, split, scaling, loader."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import streamlit as st

from lstm_viz.preparation.cleaning import touched
from lstm_viz.preparation.errors import TableError, counted
from lstm_viz.preparation.prepared import Prepared
from lstm_viz.preparation.recipe import GENERATED
from lstm_viz.spec import LARGEST_SIZE
from lstm_viz.ui.components import controls, controls_place, what_was_set
from lstm_viz.ui.data_input import data_input
from lstm_viz.ui.data_presets import DATA_PRESETS
from lstm_viz.ui.data_settings import DataSettings, current_data, take_data

Row = dict[str, Any]
_OWN = "Your own choices"
_KEY = "data_controls"
_SOURCES = {
    "passengers": "airline passengers, 144 months",
    "prices": "six companies, 105 weeks",
    "coffee": "a coffee company, 253 days (made up)",
    "messages": "short messages (written for this)",
    "zen": "the Zen of Python, as characters",
    "adding": "adding problem (generated)",
    "parity": "parity (generated)",
    "copy": "copy (generated)",
    "table": "your own table",
    "text": "your own text",
}
_SCALINGS = {"minmax": "to (−1, 1)", "minmax01": "to (0, 1)", "standard": "mean 0, deviation 1", "none": "as it is"}
_TASKS = {"regression": "numbers", "classification": "classes", "binary": "rise or not"}
_OFFSETS = {"1": "the next row", "0": "the window's last row"}
_MANY = {"one": "one per window", "many": "one per step"}


def data_controls() -> None:
    """Everything that makes a recipe, in the sidebar, and the box for a visitor's own data."""
    with controls_place():
        st.markdown("## LSTM Shapes")
        now = current_data()
        if now.draft["data"] in ("table", "text"):
            data_input(now)
        controls(_sections(now), None, _take, key=_KEY)


def _take() -> None:
    fields = what_was_set(_KEY)
    if "many" in fields:
        fields["many_to_many"] = fields.pop("many") == "many"
    for name in ("target_offset", "target"):  # a select gives text
        if isinstance(fields.get(name), str) and fields[name].isdecimal():
            fields[name] = int(fields[name])
    take_data(fields)


def _sections(now: DataSettings) -> list[dict[str, Any]]:
    first = [{"title": "Start from", "rows": _start(now)}]
    if now.is_text:
        return [*first, *_text_sections(now)]
    return [*first, *_table_sections(now)]


def _start(now: DataSettings) -> list[Row]:
    here = next((each for each in DATA_PRESETS if each.recipe == now.recipe and not now.errors), None)
    names = [each.name for each in DATA_PRESETS] + ([] if here else [_OWN])
    rows = [_row("select", "preset", "", now, options=_same(names), value=here.name if here else _OWN)]
    if here:
        rows.append({"kind": "note", "field": "about", "label": here.about})
    return [*rows, _row("select", "source", "Data", now, options=_SOURCES, value=now.draft["data"])]


def _table_sections(now: DataSettings) -> list[dict[str, Any]]:
    generated = now.draft["data"] in GENERATED
    sections = [] if generated else [{"title": "Columns", "rows": _columns(now)}]
    sections.append({"title": "Windows", "rows": _generated(now) if generated else _windows(now)})
    sections.append({"title": "Split, in the order of time", "rows": _split(now, generated)})
    if not generated:
        sections.append({"title": "Scaling", "rows": _scaling(now)})
    return [*sections, {"title": "Loader", "rows": _loader(now)}]


def _columns(now: DataSettings) -> list[Row]:
    rows, names = list(_gaps(now)), _names(now)
    if not names:
        return [*rows, {"kind": "note", "field": "none", "label": "They appear when the table is there."}]
    places = [(str(place), name) for place, name in enumerate(names)]
    chosen = [_place(names, column) for column in now.draft["features"]] or list(range(len(places)))
    target = str(_place(names, now.draft["target"]))
    return [
        *rows,
        _row("many", "features", "x is made of (F)", now, options=places, value=chosen),
        _row("select", "target", "to be predicted", now, options=places, value=target),
    ]


def _names(now: DataSettings) -> tuple[str, ...]:
    """The columns that can be chosen."""
    if now.draft["data"] == "table":
        return now.asked.names
    table = now.ready.table if isinstance(now.ready, Prepared) else None
    return table.columns if table is not None and now.draft["data"] == now.recipe.data else ()


def _gaps(now: DataSettings) -> Iterable[Row]:
    """The choices about cells that are no numbers, each with what it would touch."""
    asked = now.asked
    if asked.sheet is None or now.draft["data"] != "table":
        return
    try:
        found = {touch.choice: touch for touch in touched(asked.sheet, asked.cleaning)}
    except TableError:
        return
    if "text" in found or asked.cleaning.text_as_gaps:
        yield _row("switch", "text_as_gaps", "text counts as a gap", now, value=asked.cleaning.text_as_gaps)
    if "infinite" in found or asked.cleaning.infinite_as_gaps:
        yield _row("switch", "infinite_as_gaps", "infinite counts as a gap", now, value=asked.cleaning.infinite_as_gaps)
    if "undated" in found:
        options = {"refuse": "choose …", "drop": "leave out", "keep": "keep"}
        count = f"rows without a date ({found['undated'].rows:,})"
        yield _row("select", "undated", count, now, options=options, value=asked.cleaning.undated)
    if "drop" in found:
        touch = found["drop"]
        options = {
            "refuse": "choose …",
            "drop": f"leave out {counted(touch.dropped, 'row')}",
            "forward": "carry the last number forward",
            "interpolate": "a straight line between",
        }
        yield _row(
            "select", "gaps", f"{counted(touch.cells, 'gap')} in {counted(touch.rows, 'row')}", now, options=options
        )
    for touch in found.values():
        if touch.choice == now.draft["gaps"] or touch.choice in ("text", "infinite"):
            yield {"kind": "note", "field": touch.choice, "label": touch.text}


def _place(columns: tuple[str, ...], column: str | int) -> int:
    return columns.index(column) if column in columns else column if isinstance(column, int) else 0


def _windows(now: DataSettings) -> list[Row]:
    task = now.draft["task"]
    rows = [
        _size("T", "window", "window", now, 64),
        _row("choice", "task", "Predict", now, options=_TASKS),
    ]
    if task == "classification":
        rows.append(_size("O", "classes", "classes", now, 10, least=2))
    else:
        rows.append(_size("O", "horizon", "horizon", now, 12))
    if task != "binary":
        value = str(now.draft["target_offset"])
        options = dict(_OFFSETS) if value in _OFFSETS else {**_OFFSETS, value: f"{value} rows later"}
        rows.append(_row("select", "target_offset", "the target begins at", now, options=options, value=value))
    many = "many" if now.draft["many_to_many"] else "one"
    rows.append(_row("choice", "many", "Targets", now, options=_MANY, value=many))
    return [*rows, _number("stride", "rows between windows (stride)", now, 1)]


def _generated(now: DataSettings) -> list[Row]:
    rows = [_size("T", "window", "steps", now, 100), _number("samples", "samples", now, 2)]
    return [
        *rows,
        *([_size("O", "classes", "classes", now, 10, least=2)] if now.draft["data"] == "copy" else []),
    ]


def _split(now: DataSettings, generated: bool) -> list[Row]:
    what = "samples" if now.is_text or generated else "rows"
    rows = [
        _amount("validation", f"validation, last {what} before the test", now),
        _amount("test", f"test, last {what}", now),
    ]
    if now.is_text or generated:
        return rows
    harm = "windows overlap: neighbours of test rows are then trained on"
    return [*rows, _row("switch", "split_shuffle", "deal out at random (harmful)", now, help=harm)]


def _amount(field: str, label: str, now: DataSettings) -> Row:
    """A number of rows, or a fraction: what is set now decides which control it is."""
    if isinstance(now.draft[field], float):
        return _row("slide", field, f"{label} (part)", now, min=0, max=0.5, step=0.05)
    return _number(field, label, now, 0)


def _scaling(now: DataSettings) -> list[Row]:
    rows = [_row("select", "scaling", "columns of x", now, options=_SCALINGS)]
    if now.draft["task"] == "regression":
        rows.append(_row("select", "target_scaling", "the target", now, options=_SCALINGS))
    fitted = {"train": "training rows", "all": "all rows (leaks)"}
    return [*rows, _row("choice", "fitted_on", "Fitted on", now, options=fitted)]


def _text_sections(now: DataSettings) -> list[dict[str, Any]]:
    words = now.draft["unit"] == "words"
    return [
        {"title": "Steps", "rows": _words(now) if words else _characters(now)},
        {"title": "Split, in their order", "rows": _split(now, generated=False)},
        {"title": "Loader", "rows": _loader(now)},
    ]


def _encoding(now: DataSettings) -> Row:
    options = {"indices": "indices, Embedding", "one-hot": "one-hot"}
    return _row("choice", "encoding", "x as", now, options=options)


def _words(now: DataSettings) -> list[Row]:
    return [
        _row(
            "select",
            "pad_to",
            "length of a sample",
            now,
            options={"length": "as set below", "longest": "the longest", "batch": "the longest of its batch"},
        ),
        _size("T", "length", "words", now, 40),
        _row("choice", "side", "Padding", now, options={"right": "right", "left": "left"}),
        _row("choice", "cut", "Cut off", now, options={"end": "the end", "start": "the start"}),
        _encoding(now),
        _number("min_count", "a word counts if seen so often", now, 1),
        _number("most", "words at most (0: all)", now, 0),
        _row("switch", "reserved", "0 and 1 reserved for padding, unknown", now),
        _row("switch", "one_letter", "words of one letter count", now),
        _row(
            "select",
            "empty",
            "a message without words",
            now,
            options={"unknown": "one unknown word", "drop": "left out", "keep": "kept, length 0"},
        ),
        _row("choice", "task", "Predict", now, options={"binary": "yes or no", "classification": "classes"}),
    ]


def _characters(now: DataSettings) -> list[Row]:
    many = "many" if now.draft["many_to_many"] else "one"
    return [
        _size("T", "length", "window", now, 100),
        _encoding(now),
        _row("choice", "many", "Targets", now, options=_MANY, value=many),
        _number("stride", "characters between windows", now, 1),
    ]


def _loader(now: DataSettings) -> list[Row]:
    return [
        _size("B", "batch_size", "batch size", now, 64),
        _row("switch", "shuffle", "shuffle the training samples", now),
        _row("switch", "drop_last", "drop the last smaller batch", now),
        _number("seed", "Seed", now, 0),
    ]


def _size(letter: str, field: str, name: str, now: DataSettings, slides_to: int, least: int = 1) -> Row:
    limits = {"min": least, "max": slides_to, "limit": LARGEST_SIZE}
    return _row("size", field, "", now, letter=letter, name=name, **limits)


def _number(field: str, label: str, now: DataSettings, least: int) -> Row:
    return _row("number", field, label, now, min=least, limit=LARGEST_SIZE)


def _row(kind: str, field: str, label: str, now: DataSettings, options: Any = None, **rest: Any) -> Row:
    row = {"kind": kind, "field": field, "label": label, "value": now.draft.get(field), **rest}
    row["error"] = now.errors.get("many_to_many" if field == "many" else "data" if field == "source" else field, "")
    if options is not None:
        row["options"] = list(options.items() if isinstance(options, Mapping) else options)
    return row


def _same(names: Iterable[str]) -> list[tuple[str, str]]:
    return [(name, name) for name in names]
