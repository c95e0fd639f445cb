"""All kinds of questions, with their topics and the levels on which they are asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lstm_viz.quiz.dice import Dice
from lstm_viz.quiz.kinds import data, heads, lines, mixing, naming, returned, weights
from lstm_viz.quiz.records import Question


@dataclass(frozen=True)
class Kind:
    """One kind of question. ``make`` draws one; ``levels`` says where it is asked."""

    name: str
    topic: str
    levels: tuple[int, ...]
    make: Callable[[Dice], Question]


KINDS = (
    Kind("output", "output", (1, 2, 3), returned.output),
    Kind("state", "h_n and c_n", (1, 2, 3), returned.state),
    Kind("turned", "batch_first", (1, 2), returned.batch_first),
    Kind("unbatched", "batch_first", (2, 3), returned.unbatched),
    Kind("both-directions", "bidirectional", (2, 3), returned.both_directions),
    Kind("stacked", "stacked layers", (2, 3), returned.stacked),
    Kind("projection", "proj_size", (3,), returned.projection),
    Kind("gru", "GRU and LSTM", (1, 2), returned.gru),
    Kind("weights", "parameters", (1, 2, 3), weights.weights),
    Kind("count", "parameters", (2, 3), weights.count),
    Kind("cell-object", "LSTMCell", (1, 2, 3), weights.cell_object),
    Kind("embedding", "embeddings", (1, 2, 3), data.embedding),
    Kind("windows", "data windows", (1, 2), data.windows),
    Kind("packed", "packing", (2, 3), data.packed),
    Kind("head", "heads and losses", (1, 2, 3), heads.head),
    Kind("in-features", "heads and losses", (2, 3), heads.in_features),
    Kind("target", "heads and losses", (1, 2, 3), lines.target),
    Kind("reshape", "reshaping", (2, 3), heads.reshape),
    Kind("which-axis", "naming axes", (1, 2, 3), naming.which_axis),
    Kind("raises", "errors", (1, 2, 3), lines.raises),
    Kind("mixes", "mixing samples", (2, 3), mixing.mixes),
    Kind("equals", "h_n and c_n", (1, 2, 3), naming.equals),
)
