"""The recurrent layer that a question is about: its sizes, its code, and the names of the axes that it gives."""

from __future__ import annotations

from dataclasses import dataclass

from lstm_viz.dims import Axis, Shape
from lstm_viz.quiz.dice import Dice
from lstm_viz.spec import Cell, NetworkSpec

_B, _T = Axis.of("B"), Axis.of("T")
_CELLS: tuple[Cell, ...] = ("lstm", "lstm", "gru", "rnn")


@dataclass(frozen=True)
class Scene:
    """A layer with its sizes. Where ``projected``, h_n and output have P in the place of H."""

    cell: Cell
    sizes: tuple[tuple[str, int], ...]
    batch_first: bool
    projected: bool

    @property
    def size_of(self) -> dict[str, int]:
        """What each symbol stands for."""
        return dict(self.sizes)

    def sizes_of(self, letters: str) -> tuple[tuple[str, int], ...]:
        """Some of the sizes."""
        return tuple(pair for pair in self.sizes if pair[0] in letters)

    @property
    def both_ways(self) -> bool:
        """Whether it reads in both directions."""
        return self.size_of["D"] == 2

    @property
    def unit(self) -> Axis:
        """The last axis of h_n."""
        return Axis.of("P" if self.projected else "H")

    @property
    def step(self) -> Axis:
        """The last axis of output."""
        return Axis.of("D") * self.unit if self.both_ways else self.unit

    @property
    def rows(self) -> Axis:
        """The first axis of h_n."""
        return Axis.of("L", "D")

    def per_step(self, last: Axis) -> Shape:
        """A shape with batch and time in the layer's order."""
        return (_B, _T, last) if self.batch_first else (_T, _B, last)

    @property
    def state(self) -> str:
        """How the state is taken: both tensors of an LSTM's, the one of the others'."""
        return "(h_n, c_n)" if self.cell == "lstm" else "h_n"

    def layer(self, last: str = "F") -> str:
        """The line that makes the layer, for an input whose last axis is ``last``."""
        size = self.size_of
        named = {
            "num_layers={L}": size["L"] > 1,
            "bidirectional=True": self.both_ways,
            "proj_size={P}": self.projected,
            "batch_first=True": self.batch_first,
        }
        given = ", ".join([f"{{{last}}}", "{H}", *(text for text, wanted in named.items() if wanted)])
        return f"{self.cell} = nn.{self.cell.upper()}({given})"

    @property
    def input(self) -> str:
        """The line that makes x in the layer's order."""
        return "x = torch.randn({B}, {T}, {F})" if self.batch_first else "x = torch.randn({T}, {B}, {F})"

    @property
    def call(self) -> str:
        """The line that calls the layer."""
        return f"output, {self.state} = {self.cell}(x)"

    def code(self, *more: str) -> str:
        """Layer, input, call, and what follows."""
        return "\n".join([self.layer(), self.input, self.call, *more])

    def spec(self, **changed: object) -> NetworkSpec:
        """The same network for the other pages."""
        size = self.size_of
        values: dict[str, object] = {
            "cell": self.cell,
            "batch_size": size["B"],
            "sequence_length": size["T"],
            "features": size.get("F", 1),
            "hidden_size": size["H"],
            "layers": size["L"],
            "bidirectional": self.both_ways,
            "batch_first": self.batch_first,
            "proj_size": size["P"] if self.projected else 0,
            "data": "random",
        }
        return NetworkSpec(**{**values, **changed})  # type: ignore[arg-type]


def draw_scene(
    dice: Dice,
    *,
    cell: Cell | None = None,
    layers: int | None = None,
    both_ways: bool | None = None,
    batch_first: bool | None = None,
    projected: bool | None = None,
    letters: str = "",
) -> Scene:
    """A layer as hard as the level: one layer at first, then several and both directions, then projections."""
    level = dice.level
    directions = 1 + (dice.chance((0, 0, 0.5, 0.6)[level]) if both_ways is None else both_ways)
    several = (1, 3, 4) if directions == 2 else (1, 2, 3, 4)  # L = 2 and D = 2 could not be told apart
    stacked = layers or (1 if level == 1 else dice.one(several))
    projecting = cell in (None, "lstm") and (level == 3 and dice.chance(0.3) if projected is None else projected)
    drawn: Cell = "lstm" if projecting else dice.one(_CELLS)
    chosen = cell or drawn
    first = dice.chance((0, 0.8, 0.6, 0.5)[level]) if batch_first is None else batch_first
    wanted = "BTFH" + letters + ("P" if projecting else "")
    apart = ["D·H", "L·D", "D·F", "G·H", *(["D·P"] if projecting else [])]
    gates = {"lstm": 4, "gru": 3, "rnn": 1}[chosen]
    sizes = dice.sizes(wanted, {"L": stacked, "D": directions, "G": gates}, apart)
    return Scene(chosen, tuple(sizes.items()), first, projecting)
