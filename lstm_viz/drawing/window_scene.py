"""One place of the window: which row each cell shows, and what is written in it."""

from __future__ import annotations

from dataclasses import dataclass, field

from lstm_viz.drawing.svg import Element, add
from lstm_viz.drawing.window_data import WindowCut

HIGH, LABEL, NUMBER = 24.0, 13.0, 12.5


@dataclass
class Scene:
    """A drawing in the making, with the window at ``place`` of ``cut.pairs``.

    ``steps`` are the drawn rows of a window and ``goals`` those of its target, counted from the window's start; None
    where some are left out. ``longest`` is how many letters the longest number has.
    """

    root: Element
    cut: WindowCut
    place: int
    tall: bool
    steps: tuple[int | None, ...] = field(init=False)
    goals: tuple[int | None, ...] = field(init=False)
    longest: int = field(init=False)

    def __post_init__(self) -> None:
        cut = self.cut
        most = 5 if self.tall else 12 if len(cut.columns) <= 2 else 8
        self.steps = picked(0, cut.window, most, 1 if self.tall else 2)
        self.longest = max(len(text) for row in (*cut.texts, cut.target_texts) for text in row)
        first = cut.offset + (0 if cut.many_to_many else cut.window - 1)
        self.goals = (
            tuple(None if step is None else step + cut.offset for step in self.steps)
            if cut.many_to_many
            else picked(first, cut.horizon, 2 if self.tall else 3, 1)
        )

    def pair(self, k: int) -> int | None:
        """The start of the window of a pair, counted from the present one."""
        place = self.place + k
        return self.cut.pairs[place].start if 0 <= place < len(self.cut.pairs) else None

    def cell(
        self, parent: Element, k: int, step: int, column: str, x: float, y: float, width: float, height: float = HIGH
    ) -> None:
        """A cell with its number: the ``column`` of the row ``step`` rows after the start of pair ``k``."""
        text, shade, said, row = self._content(k, step, column)
        group = add(parent, "g", class_="slot", data_k=k, data_step=step, data_column=column, data_row=row)
        add(group, "title", said)
        add(group, "rect", class_=f"cell {shade}", x=x, y=y, width=width, height=height)
        middle = {"x": x + width / 2, "y": y + height / 2 + 4.5, "text_anchor": "middle"}
        add(group, "text", text, font_size=min(NUMBER, (width - 3) / (0.602 * self.longest)), **middle)

    def face(self, parent: Element, k: int, step: int, column: str, path: str) -> None:
        """The same as a face without a number."""
        _, shade, said, row = self._content(k, step, column)
        group = add(parent, "g", class_="slot", data_k=k, data_step=step, data_column=column, data_row=row)
        add(group, "title", said)
        add(group, "path", class_=f"cell {shade}", d=path)

    def _content(self, k: int, step: int, column: str) -> tuple[str, str, str, int | None]:
        start, cut = self.pair(k), self.cut
        at = None if start is None else start + step - cut.first
        if at is None or not 0 <= at < len(cut.labels):
            return "", "blank", "", None
        if column == "y":
            name, text, shade = cut.target_name, cut.target_texts[at], cut.target_shades[at]
        else:
            place = int(column)
            name, text, shade = cut.columns[place], cut.texts[at][place], cut.shades[at][place]
        return text, f"v{shade}", f"{name} {text}, {cut.labels[at]}, row {at + cut.first}", at + cut.first


def picked(first: int, size: int, most: int, ending: int) -> tuple[int | None, ...]:
    """``size`` numbers from ``first``; of more than ``most`` the first ones, None, and ``ending`` of the last."""
    if size <= most:
        return tuple(range(first, first + size))
    return (*range(first, first + most - ending - 1), None, *range(first + size - ending, first + size))


def left_out(root: Element, x: float, y: float, dots: str) -> None:
    """The mark for what is not drawn."""
    text = add(root, "text", dots, x=x, y=y, text_anchor="middle", font_size=13, class_="soft")
    add(text, "title", "some are not drawn")
