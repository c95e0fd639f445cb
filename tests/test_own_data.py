"""What a visitor brought is with their session alone: nothing of it stays in what all visitors share."""

from __future__ import annotations

import functools
import gc
from collections.abc import Callable, Iterator
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType

from streamlit.testing.v1 import AppTest

RunApp = Callable[..., AppTest]
MARK = "zebrafish"
LINES = "\n".join([f"day,{MARK}s,other", *(f"2024-01-{1 + row % 28:02},{row},{row % 7}" for row in range(60))])
MESSAGES = "\n".join(["label\ttext", *(f"{'wanted' if row % 2 else 'not'}\t{MARK} swims {row}" for row in range(40))])
_CODE = (FunctionType, BuiltinFunctionType, MethodType, ModuleType, type)


# By type() alone: isinstance asks an object for its class, and some of torch's warn of it.
def held() -> list[str]:
    """The shared caches in which MARK stands, however deep."""
    gc.unfreeze()  # what was frozen before, by a module that forks, is hidden from get_objects
    gc.collect()
    caches = [each for each in gc.get_objects() if type(each) is functools._lru_cache_wrapper]
    return [cache.__qualname__ for cache in caches if cache.cache_info().currsize and any(_texts_with_mark(cache))]


def _texts_with_mark(root: object) -> Iterator[str]:
    seen, waiting = {id(root)}, [root]
    while waiting:
        for each in gc.get_referents(waiting.pop()):
            if type(each) is str:
                if MARK in each:
                    yield each
            elif id(each) not in seen and not issubclass(type(each), _CODE):
                seen.add(id(each))
                waiting.append(each)


@functools.lru_cache(maxsize=2)
def _kept(text: str) -> tuple[dict[str, str], int]:
    return {"name": text}, 1


def test_the_search_finds_what_is_kept() -> None:
    _kept(f"a {MARK}")
    try:
        assert "_kept" in held()
    finally:
        _kept.cache_clear()
    assert "_kept" not in held()


def open_every_tab(app: AppTest, page: str, key: str, tabs: tuple[str, ...]) -> None:
    app.switch_page(page).run()
    for tab in tabs:
        app.session_state[key] = tab
        app.run()
        assert not app.exception


def test_a_table_for_the_shapes_page(run_app: RunApp) -> None:
    app = run_app("pages/shapes.py", data="table")
    app.text_area(key="pasted").input(LINES)
    app.button(key=next(each.key for each in app.button if each.label == "Use the pasted lines")).click().run()
    assert MARK in str(app.session_state["settings"].table.columns)
    open_every_tab(app, "pages/cell.py", "cell_tab", ("Step by step", "Over time", "What leaves"))
    open_every_tab(app, "pages/training.py", "training_tab", ("Batch by batch",))
    open_every_tab(app, "pages/pitfalls.py", "pitfall_tab", ("Check my network",))
    assert not held()


def test_a_table_for_the_data_page(run_app: RunApp) -> None:
    app = run_app("pages/data.py", dd="table")
    app.text_area(key="data_pasted_table").input(LINES).run()
    next(each for each in app.button if each.label == "Use the pasted lines").click().run()
    open_every_tab(app, "pages/data.py", "data_tab", ("Table", "Split and scaling", "Steps and code"))
    next(each for each in app.button if each.label == "Shapes →").click().run()
    open_every_tab(app, "pages/shapes.py", "details", ("Tensors", "Code"))
    open_every_tab(app, "pages/cell.py", "cell_tab", ("Step by step", "Over time"))
    open_every_tab(app, "pages/pitfalls.py", "pitfall_tab", ("Check my network",))
    assert not held()


def test_messages(run_app: RunApp) -> None:
    app = run_app("pages/data.py", **{"from": "text", "wd": "text"})
    app.text_area(key="data_pasted_text").input(MESSAGES).run()
    next(each for each in app.button if each.label == "Use the pasted lines").click().run()
    open_every_tab(app, "pages/data.py", "data_tab", ("Words", "Padding and packing", "Steps and code"))
    next(each for each in app.button if each.label == "Shapes →").click().run()
    open_every_tab(app, "pages/cell.py", "cell_tab", ("Step by step",))
    assert not held()
