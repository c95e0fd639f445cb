"""The data of one visitor and how it becomes batches: what they asked for, and the last of it that was possible."""

from __future__ import annotations

from collections.abc import Mapping
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
from lstm_viz.preparation.recipe import Recipe
from lstm_viz.preparation.sheet import Sheet
from lstm_viz.preparation.text_errors import TextError
from lstm_viz.preparation.text_recipe import TextRecipe
from lstm_viz.spec import SpecError
from lstm_viz.ui.data_cache import prepared_bundled
from lstm_viz.ui.data_link import KIND, data_entries, keep_entries, recipe_of
from lstm_viz.ui.data_presets import DATA_PRESETS

Ready: TypeAlias = Prepared | PreparedText
_KEY = "data_settings"


@dataclass(frozen=True)
class DataSettings:
    """``draft`` is what the controls say; ``recipe`` and ``ready`` are the last of it that could be carried out.

    ``errors`` holds a sentence by field, ``trouble`` one on the data as a whole. ``sheet`` is a visitor's own table as
    it was read, ``cleaning`` their choices about its gaps, ``table`` what these make of it, ``texts`` their own text
    and ``texts_code`` the Python that reads it.
    """

    ready: Ready
    recipe: Recipe | TextRecipe = field(default_factory=Recipe)
    draft: Mapping[str, Any] = field(default_factory=lambda: asdict(Recipe()))
    errors: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    trouble: str = ""
    sheet: Sheet | None = None
    cleaning: Cleaning = field(default_factory=Cleaning)
    table: Table | None = None
    texts: Texts | None = None
    texts_code: str = ""

    def carry_out(self, recipe: Recipe | TextRecipe) -> Ready:
        """Another recipe on the same data. Raises SpecError, TableError or TextError."""
        return _prepared(replace(self, recipe=recipe)).ready

    @property
    def is_text(self) -> bool:
        """Whether words or characters are prepared, and not numbers."""
        return isinstance(self.recipe, TextRecipe)

    @property
    def is_own(self) -> bool:
        """Whether it is data that only this visitor has."""
        return self.recipe.data in ("table", "text") and (self.sheet is not None or self.texts is not None)


def current_data() -> DataSettings:
    """This visitor's data; at their first page, that of the address."""
    if _KEY not in st.session_state:
        st.session_state[_KEY] = DataSettings(ready=prepared_bundled(Recipe()))
        adopt_data(data_entries())
    found: DataSettings = st.session_state[_KEY]
    return found


def adopt_data(query: Mapping[str, str]) -> None:
    """Take the data of an address, and say what of it could not be used."""
    recipe, problems = recipe_of(query)
    before = current_data()
    found = _carried_out(replace(before, recipe=recipe, draft=asdict(recipe), errors={}, trouble=""), before)
    if found.errors or found.trouble:
        problems = (*problems, *found.errors.values(), *([found.trouble] if found.trouble else []))
        found = replace(before, errors={})
    _keep(replace(found, problems=problems))


def take_data(fields: Mapping[str, Any]) -> None:
    """Set what a person chose: fields of the recipe by their names, or everything at once by the name of a preset."""
    _keep(_taken(current_data(), fields))


def _taken(now: DataSettings, fields: Mapping[str, Any]) -> DataSettings:
    preset = next((preset for preset in DATA_PRESETS if preset.name == fields.get("preset")), None)
    if preset is not None:
        now = replace(now, recipe=preset.recipe, draft=asdict(preset.recipe))
    elif (source := fields.get("source")) is not None:
        now = _of_source(now, str(source))
    cleaning = {name: value for name, value in fields.items() if name in _CLEANING}
    now = replace(now, cleaning=replace(now.cleaning, **cleaning), problems=(), table=None if cleaning else now.table)
    chosen = {name: _plain(value) for name, value in fields.items() if name in now.draft}
    draft = {**now.draft, **chosen}
    kind = type(now.recipe)
    try:
        recipe = kind(**draft)
    except (SpecError, TypeError) as error:
        place = error.field if isinstance(error, SpecError) else next(iter(chosen), "data")
        return replace(now, draft=draft, errors={place: str(error)})
    return _carried_out(replace(now, draft=draft, recipe=recipe, errors={}, trouble=""), now)


_CLEANING = ("text_as_gaps", "infinite_as_gaps", "undated")
_TEXT_SOURCES = {"messages": "words", "zen": "characters"}


def _of_source(now: DataSettings, source: str) -> DataSettings:
    """The settings of another source: what its columns and length allow, else what was chosen."""
    if source in _TEXT_SOURCES or source == "text":
        unit = _TEXT_SOURCES.get(source) or ("words" if now.texts and now.texts.labels else "characters")
        length = 5 if unit == "words" else 20
        test: int | float = 0.2 if unit == "words" else 0.1
        recipe: Recipe | TextRecipe = TextRecipe(data=source, unit=unit, length=length, test=test)  # type: ignore[arg-type]
        return replace(now, recipe=recipe, draft=asdict(recipe))
    task = "binary" if source == "parity" else "classification" if source == "copy" else "regression"
    base = now.recipe if isinstance(now.recipe, Recipe) else Recipe()
    fresh = {"data": source, "features": (0,), "target": 0, "task": task, "horizon": 1, "test": Recipe().test}
    if source in ("adding", "parity", "copy"):
        fresh |= {"test": 0.2, "many_to_many": source == "copy"}
    elif source in ("prices", "coffee", "table"):
        fresh |= {"test": 0.2}
    recipe = Recipe(**{**asdict(Recipe()), "window": base.window, **fresh})
    return replace(now, recipe=recipe, draft=asdict(recipe))


def bring_sheet(sheet: Sheet) -> None:
    """Use a visitor's own table."""
    now = replace(current_data(), sheet=sheet, table=None, cleaning=Cleaning())
    _keep(_taken(now, {"source": "table"}))


def bring_texts(texts: Texts, code: str) -> None:
    """Use a visitor's own text, or their messages; ``code`` reads them from their file."""
    _keep(_taken(replace(current_data(), texts=texts, texts_code=code), {"source": "text"}))


def refuse(sentence: str) -> None:
    """Say what was wrong with what a visitor brought; everything else stays."""
    _keep(replace(current_data(), trouble=sentence))


def _keep(now: DataSettings) -> None:
    st.session_state[_KEY] = now
    keep_entries(({KIND: "text"} if now.is_text else {}) | now.recipe.to_query())


def _carried_out(wanted: DataSettings, before: DataSettings) -> DataSettings:
    """``wanted`` with its data prepared; where that is not possible, what is shown stays and the reason is said."""
    try:
        return _prepared(wanted)
    except SpecError as error:
        return replace(wanted, recipe=before.recipe, ready=before.ready, errors={error.field: str(error)})
    except (TableError, TextError) as error:
        return replace(wanted, recipe=before.recipe, ready=before.ready, trouble=str(error))


def _prepared(wanted: DataSettings) -> DataSettings:
    recipe = wanted.recipe
    if recipe.data == "table" and isinstance(recipe, Recipe):
        if wanted.sheet is None:
            raise TableError("There is no table yet: upload one or paste its lines, in the sidebar.")
        cleaning = replace(wanted.cleaning, gaps=recipe.gaps)
        if wanted.table is None or cleaning != wanted.cleaning:
            wanted = replace(wanted, cleaning=cleaning, table=clean(wanted.sheet, cleaning))
        assert wanted.table is not None
        return replace(wanted, ready=prepare(recipe, wanted.table))
    if recipe.data == "text" and isinstance(recipe, TextRecipe):
        if wanted.texts is None:
            raise TextError("There is no text yet: upload or paste one, in the sidebar.")
        return replace(wanted, ready=prepare_text(recipe, wanted.texts.texts, wanted.texts.labels))
    return replace(wanted, ready=prepared_bundled(recipe))


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
