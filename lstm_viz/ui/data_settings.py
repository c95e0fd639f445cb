"""The data of one visitor and how it becomes batches: what they asked for, and the last of it that was possible."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from typing import Any, TypeAlias

import streamlit as st

from lstm_viz.datasets import Table
from lstm_viz.datasets.texts import Texts
from lstm_viz.preparation.cleaning import Cleaning, clean
from lstm_viz.preparation.errors import TableError
from lstm_viz.preparation.prepare import prepare
from lstm_viz.preparation.prepare_text import prepare_text
from lstm_viz.preparation.prepared import Prepared
from lstm_viz.preparation.prepared_text import PreparedText
from lstm_viz.preparation.recipe import GENERATED, Recipe
from lstm_viz.preparation.sheet import Sheet
from lstm_viz.preparation.text_errors import TextError
from lstm_viz.preparation.text_recipe import TextRecipe
from lstm_viz.spec import SpecError
from lstm_viz.ui.data_cache import prepared_bundled
from lstm_viz.ui.data_link import DATA_ENTRIES, KIND, recipe_of
from lstm_viz.ui.data_presets import DATA_PRESETS

Ready: TypeAlias = Prepared | PreparedText
AnyRecipe: TypeAlias = Recipe | TextRecipe
_KEY = "data_settings"
_OWN = ("table", "text")
_CLEANING = ("text_as_gaps", "infinite_as_gaps", "undated")
_TEXT_SOURCES = {"messages": "words", "zen": "characters"}


@dataclass(frozen=True)
class Brought:
    """What a visitor brought: a ``sheet`` with the choices about its gaps, or ``texts`` and the Python that reads them.

    ``table`` is what the choices make of the sheet.
    """

    sheet: Sheet | None = None
    cleaning: Cleaning = field(default_factory=Cleaning)
    table: Table | None = None
    texts: Texts | None = None
    texts_code: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The columns of numbers that can be chosen."""
        return () if self.sheet is None else self.sheet.features or self.sheet.numbers


@dataclass(frozen=True)
class DataSettings:
    """``draft`` is what the controls say; ``recipe``, ``ready`` and ``brought`` are the last of it that was possible.

    ``errors`` holds a sentence by field, ``trouble`` one on the data as a whole, ``refused`` one on a file that could
    not be read. ``pending`` is what was brought last, where something about it is still to be decided.
    """

    ready: Ready
    recipe: AnyRecipe = field(default_factory=Recipe)
    brought: Brought = field(default_factory=Brought)
    draft: Mapping[str, Any] = field(default_factory=lambda: asdict(Recipe()))
    errors: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    trouble: str = ""
    refused: str = ""
    pending: Brought | None = None

    def carry_out(self, recipe: AnyRecipe) -> Ready:
        """Another recipe on the same data. Raises SpecError, TableError or TextError."""
        return _carried_out(recipe, self.brought)[0]

    @property
    def asked(self) -> Brought:
        """What the controls are about."""
        return self.pending or self.brought

    @property
    def is_text(self) -> bool:
        """Whether the controls are those of words or characters."""
        return "unit" in self.draft

    @property
    def is_own(self) -> bool:
        """Whether what is shown is data that only this visitor has."""
        return self.recipe.data in _OWN

    @property
    def is_missing(self) -> bool:
        """Whether a link, or a choice, asks for data that this visitor has not brought."""
        return self.draft["data"] in _OWN and not self.is_own and self.pending is None

    @property
    def sheet(self) -> Sheet | None:
        """The visitor's own table as it was read."""
        return self.brought.sheet

    @property
    def cleaning(self) -> Cleaning:
        """What was chosen about its gaps."""
        return self.brought.cleaning

    @property
    def table(self) -> Table | None:
        """What these choices make of it."""
        return self.brought.table

    @property
    def texts(self) -> Texts | None:
        """The visitor's own text or messages."""
        return self.brought.texts

    @property
    def texts_code(self) -> str:
        """The Python that reads them."""
        return self.brought.texts_code


def current_data() -> DataSettings:
    """This visitor's data; at their first page, that of the address."""
    if _KEY not in st.session_state:
        st.session_state[_KEY] = DataSettings(ready=prepared_bundled(Recipe()))
        adopt_data(DATA_ENTRIES.now())
    found: DataSettings = st.session_state[_KEY]
    return found


def adopt_data(query: Mapping[str, str]) -> None:
    """Take the data of an address, and say what of it could not be used."""
    recipe, problems = recipe_of(query)
    before = current_data()
    found = _tried(replace(before, draft=asdict(recipe), errors={}), recipe, before.asked)
    if found.errors or (found.trouble and recipe.data not in _OWN):
        problems = (*problems, *found.errors.values(), *([found.trouble] if found.trouble else []))
        found = before
    _keep(replace(found, problems=problems))


def take_data(fields: Mapping[str, Any]) -> None:
    """Set what a person chose: fields of the recipe by their names, or everything at once by the name of a preset."""
    _keep(changed(current_data(), fields))


def changed(now: DataSettings, fields: Mapping[str, Any]) -> DataSettings:
    """``now`` after a person's choice."""
    preset = next((preset for preset in DATA_PRESETS if preset.name == fields.get("preset")), None)
    draft = dict(now.draft)
    brought = now.asked
    if preset is not None:
        draft = asdict(preset.recipe)
    elif (source := fields.get("source")) is not None:
        draft = _draft_of_source(str(source), draft, brought)
    if cleaning := {name: value for name, value in fields.items() if name in _CLEANING}:
        brought = replace(brought, cleaning=replace(brought.cleaning, **cleaning))
    chosen = {name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()}
    draft |= {name: value for name, value in chosen.items() if name in draft}
    wanted = replace(
        now, draft=draft, errors={}, problems=(), trouble="", refused="", pending=brought if cleaning else now.pending
    )
    try:
        recipe: AnyRecipe = TextRecipe(**draft) if "unit" in draft else Recipe(**draft)
    except (SpecError, TypeError) as error:
        place = error.field if isinstance(error, SpecError) else next(iter(chosen), "data")
        return replace(wanted, errors={place: str(error)})
    return _tried(wanted, recipe, brought)


def bring(brought: Brought) -> None:
    """Use what a visitor brought; choices that were made for such data stay where they fit it."""
    now = replace(current_data(), pending=brought)
    source = "text" if brought.texts is not None else "table"
    unit = None if brought.texts is None else "words" if brought.texts.labels else "characters"
    if now.draft["data"] == source and now.draft.get("unit") == unit:
        found = changed(now, {})
        if not found.errors and (source == "table" or not found.trouble):
            _keep(found)
            return
    _keep(changed(now, {"source": source}))


def refuse(sentence: str) -> None:
    """Say what was wrong with what a visitor brought; everything else stays."""
    _keep(replace(current_data(), refused=sentence))


def _keep(now: DataSettings) -> None:
    st.session_state[_KEY] = now
    try:
        wanted: AnyRecipe = TextRecipe(**now.draft) if now.is_text else Recipe(**now.draft)
    except (SpecError, TypeError):
        wanted = now.recipe
    DATA_ENTRIES.keep(({KIND: "text"} if isinstance(wanted, TextRecipe) else {}) | wanted.to_query())


def _draft_of_source(source: str, draft: dict[str, Any], brought: Brought) -> dict[str, Any]:
    """With the window that was chosen, where that is possible; what is no source changes nothing."""
    for chosen in (draft, {}):
        with suppress(SpecError):
            return asdict(_of_source(source, chosen, brought))
    return draft


def _of_source(source: str, draft: Mapping[str, Any], brought: Brought) -> AnyRecipe:
    """The recipe of another source: what its columns and length allow, with the window that was chosen."""
    if source in _TEXT_SOURCES or source == "text":
        words = source == "messages" or (source == "text" and brought.texts is not None and bool(brought.texts.labels))
        if words:
            several = source == "text" and brought.texts is not None and len(set(brought.texts.labels)) > 2
            return TextRecipe(
                data="messages" if source == "messages" else "text", task="classification" if several else "binary"
            )
        data = "zen" if source == "zen" else "text"
        return TextRecipe(data=data, unit="characters", length=20, test=0.1)  # type: ignore[arg-type]
    window = draft.get("window", Recipe().window)
    if source in GENERATED:
        task = {"parity": "binary", "copy": "classification"}.get(source, "regression")
        return Recipe(data=source, window=window, test=0.2, task=task, many_to_many=source == "copy")  # type: ignore[arg-type]
    if source == "passengers":
        return Recipe(window=window)
    return Recipe(data=source, window=window, test=0.2)  # type: ignore[arg-type]


def _tried(wanted: DataSettings, recipe: AnyRecipe, brought: Brought) -> DataSettings:
    """``wanted`` with its data prepared; where that is not possible, what is shown stays and the reason is said."""
    try:
        ready, used = _carried_out(recipe, brought)
    except SpecError as error:
        return replace(wanted, errors={error.field: str(error)})
    except (TableError, TextError) as error:
        return replace(wanted, trouble=str(error))
    return replace(wanted, ready=ready, recipe=recipe, brought=used, pending=None)


def _carried_out(recipe: AnyRecipe, brought: Brought) -> tuple[Ready, Brought]:
    if isinstance(recipe, TextRecipe):
        if recipe.data != "text":
            return prepared_bundled(recipe), brought
        if brought.texts is None:
            raise TextError("There is no text of yours yet: upload or paste one, in the sidebar.")
        return prepare_text(recipe, brought.texts.texts, brought.texts.labels), brought
    if recipe.data != "table":
        return prepared_bundled(recipe), brought
    if brought.sheet is None:
        raise TableError("There is no table of yours yet: upload one or paste its lines, in the sidebar.")
    # by name: which place a column has in the table depends on which ones are used
    features, target = [_name(brought.names, each) for each in recipe.features], _name(brought.names, recipe.target)
    used = tuple(name for name in brought.names if not features or name in features or name == target)
    brought = _cleaned(brought, recipe, used)
    assert brought.table is not None
    return prepare(replace(recipe, features=tuple(features), target=target), brought.table), brought


def _cleaned(brought: Brought, recipe: Recipe, used: tuple[str, ...]) -> Brought:
    """With its table: of all columns, or of those that are used where something about the others is undecided."""
    assert brought.sheet is not None
    wanted = [replace(brought.cleaning, columns=columns, gaps=recipe.gaps) for columns in (brought.names, used)]
    if brought.table is not None and brought.cleaning == wanted[0]:
        return brought
    try:
        return replace(brought, cleaning=wanted[0], table=clean(brought.sheet, wanted[0]))
    except TableError:
        return replace(brought, cleaning=wanted[1], table=clean(brought.sheet, wanted[1]))


def _name(names: tuple[str, ...], column: str | int) -> str | int:
    return names[column] if isinstance(column, int) and column < len(names) else column
