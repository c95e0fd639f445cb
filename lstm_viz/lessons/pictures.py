"""Which picture a step shows, as a value: what is on it, and nothing of how it is drawn."""

from __future__ import annotations

from dataclasses import dataclass

from lstm_viz.audit.dependency import DependencyMap
from lstm_viz.preparation.recipe import Recipe
from lstm_viz.preparation.text_recipe import TextRecipe
from lstm_viz.spec import NetworkSpec


@dataclass(frozen=True)
class Picture:
    """Any of those below."""


@dataclass(frozen=True)
class Shapes(Picture):
    """Every tensor of a forward pass, or the layer unrolled over its steps."""

    spec: NetworkSpec
    unrolled: bool = False


@dataclass(frozen=True)
class CellStep(Picture):
    """The inside of the cell at one step; ``stage`` 1 to 4 lights forget, store, update or output, 0 all."""

    spec: NetworkSpec
    step: int = 0
    unit: int = 0
    stage: int = 0


@dataclass(frozen=True)
class Depending:
    """One dependency map, its title and its code; ``right`` is None where that is not the question."""

    title: str
    code: str
    map: DependencyMap
    right: bool | None = None


@dataclass(frozen=True)
class Dependency(Picture):
    """Which prediction depends on which input, for one way of writing it or for several."""

    ways: tuple[Depending, ...]


@dataclass(frozen=True)
class DataWay(Picture):
    """From the table or the text to the batch."""

    recipe: Recipe | TextRecipe


@dataclass(frozen=True)
class Windows(Picture):
    """The window being cut from the table of a recipe, at one of its pairs."""

    recipe: Recipe
    pair: int = 0


@dataclass(frozen=True)
class Grid:
    """Numbers in rows and columns with their labels; rows in ``marked`` stand out, ``good`` says how."""

    title: str
    values: tuple[tuple[float, ...], ...]
    rows: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    note: str = ""
    marked: frozenset[int] = frozenset()
    good: bool = True
    digits: int = 4


@dataclass(frozen=True)
class Numbers(Picture):
    """Tensors as tables of their values."""

    grids: tuple[Grid, ...]


@dataclass(frozen=True)
class Line:
    """One line of a chart; ``colour`` is a letter of the palette."""

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    colour: str = "T"
    dots: bool = False


@dataclass(frozen=True)
class Curves(Picture):
    """A chart of lines; ``log`` for a logarithmic height. ``across`` is an x where a vertical line stands."""

    title: str
    lines: tuple[Line, ...]
    x_name: str
    y_name: str
    log: bool = False
    across: float | None = None
    across_name: str = ""


@dataclass(frozen=True)
class Together(Picture):
    """Several pictures, one below the other."""

    pictures: tuple[Picture, ...]
