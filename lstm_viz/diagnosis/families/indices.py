"""Indices beyond the end: words outside a vocabulary, classes outside the scores, steps outside a sequence."""

from __future__ import annotations

from collections.abc import Iterator

from lstm_viz.diagnosis.evidence import Evidence
from lstm_viz.diagnosis.families.hidden_axes import single_tensor
from lstm_viz.diagnosis.finding import Diagnosis, Numbers
from lstm_viz.diagnosis.rules import Found, number, rules, worded


def _embedding(index: int | None, rows: int | None, confidence: float) -> Diagnosis:
    numbers: Numbers = ()
    said = "A token id is not below num_embeddings (or it is negative)."
    if index is not None and rows is not None:
        size = rows + 1 if index > rows else rows
        said = f"Index {index} was looked up, and the table ends at {size - 1 if index >= size else rows}."
        numbers = ((index, "the index that was looked up"), (rows, "the table, as it is counted there"))
    return Diagnosis(
        key="embedding-index-range",
        title="An index is beyond the end of the embedding's table",
        explanation=f"{said} nn.Embedding(V, E) has the rows 0 to V − 1. Usually V does not count the padding or the "
        "unknown word, ids begin at 1, or the vocabulary of the training is smaller than that of the data.",
        numbers=numbers,
        axis="the values of x, against axis 0 of the embedding's weight (V)",
        misleading="“self” is the embedding's weight; it names neither the index nor the size of the table.",
        fix="Make num_embeddings the largest id + 1, padding and unknown word counted in; or map unknown words to an "
        "id that exists.",
        fixed_code="embedding = nn.Embedding(int(x.max()) + 1, E)  # better: len(vocabulary), with <pad> and <unk> in "
        "it\n"
        "assert 0 <= x.min() and x.max() < embedding.num_embeddings",
        tells_apart="Print x.min(), x.max() and the layer's num_embeddings. If there is no embedding, it is a gather "
        "or a look-up of yours.",
        pitfall="embedding-index-range",
        confidence=confidence,
    )


def _classes(found: Found, seen: Evidence) -> Iterator[Diagnosis]:
    label = number(found, "label") if found["label"] else None
    outputs = seen.sizes.get("O")
    numbers: Numbers = ((label, "the class number in the target"),) if label is not None else ()
    if outputs:
        numbers += ((outputs, "scores for each sample (C)"),)
    if label is not None and label < 0:
        why = (
            f"{label} is no class; −100 alone is passed over. A padding of {label} must be named: "
            f"CrossEntropyLoss(ignore_index={label})."
        )
        fix, code = (
            f"CrossEntropyLoss(ignore_index={label}) if it marks padding; else number the classes from 0.",
            f"criterion = nn.CrossEntropyLoss(ignore_index={label})",
        )
    else:
        what = "A class number" if label is None else f"Class {label}"
        why = (
            f"{what} is not below the number of scores C: classes are numbered 0 to C − 1. Labels that begin at 1, a "
            "last layer with too few "
        )
        why += "outputs, or scores with another axis in the place of the classes do this."
        least = "C" if label is None else str(label + 1)
        fix = (
            f"Give the last layer an output for each class, nn.Linear(H, {least}) or more; or begin the labels at 0, "
            "target − 1; and keep "
        )
        fix += "the classes on axis 1 of the scores."
        code = (
            f"fc = nn.Linear(hidden_size, {least if label is not None else 'classes'})  # classes 0 to "
            f"{label if label is not None else 'C − 1'}\n"
            "loss = criterion(fc(output[:, -1]), target)"
        )
    yield Diagnosis(
        key="class-index-range",
        title="The target holds a class that the scores have not",
        explanation=why,
        numbers=numbers,
        axis="the values of the target, against axis 1 of the scores (C)",
        misleading="“Out of bounds” is a value of the target, not a place in it.",
        fix=fix,
        fixed_code=code,
        tells_apart="Compare target.max() with scores.shape[1]. If scores.shape[1] is your sequence length, the scores "
        "must be turned, scores.transpose(1, 2).",
        pitfall="class-index-range",
        confidence=0.96,
    )


def _assertion(found: Found, seen: Evidence) -> Iterator[Diagnosis]:
    """A bare device-side assertion, with whatever else was pasted."""
    if seen.has("n_classes", "nll_loss", "nllloss", "t >= 0", "loss.cu", "classnll"):
        return
    if seen.has("srcselectdimsize", "indexselect", "indexing.cu", "input_val", "between 0 and 1"):
        return
    yield Diagnosis(
        key="gpu-assertion",
        title="A check on the GPU failed: nearly always an index or a class beyond the end",
        explanation="The GPU says only that a check failed, and later than it happened. With an LSTM it is a token id "
        "not below num_embeddings, a class number not below the number of scores, or a probability outside 0 to 1 in "
        "BCELoss.",
        misleading="The line of the traceback is not the line at fault: the GPU works behind Python. After it every "
        "further call fails, too.",
        fix="Run it once on the CPU, where the message names the cause, or set CUDA_LAUNCH_BLOCKING=1; then restart "
        "the program.",
        fixed_code='model, x, target = model.to("cpu"), x.to("cpu"), target.to("cpu")\nassert x.max() < '
        "vocabulary_size and target.max() < classes",
        tells_apart="“srcIndex < srcSelectDimSize” is an embedding, “t >= 0 && t < n_classes” a class, “input_val >= "
        "zero” BCELoss.",
        pitfall="class-index-range",
        confidence=0.85,
    )


def _of_axis(found: Found, seen: Evidence) -> Iterator[Diagnosis]:
    index, axis, size = number(found, "index"), number(found, "axis"), number(found, "size")
    if index == 1 and axis == 0 and size == 1 and not seen.has("for axis"):
        yield single_tensor(0.9)
    yield Diagnosis(
        key="index-axis",
        title="An index is beyond the end of an axis",
        explanation=f"Axis {axis} has {size} entr{'y' if size == 1 else 'ies'}, 0 to {size - 1}, and number {index} "
        "was asked for. With sequences it is a step beyond the last one, an axis taken for another (time for batch), "
        "or a window that goes past the data; with one column, a second column that is not there.",
        numbers=(
            (index, "the index asked for"),
            (axis, "the axis, counted from 0"),
            (size, seen.named(size, "entries on that axis")),
        ),
        axis=f"axis {axis} of the indexed tensor",
        fix="Print the shape: with batch_first=True output is (B, T, H), the last step output[:, -1]. Windows of W "
        "steps over n values: range(n − W + 1).",
        fixed_code="last = output[:, -1]  # batch_first=True, whatever the number of steps",
        tells_apart="If the size is your batch, the index was meant for another axis.",
        pitfall="last-step-axis",
        confidence=0.8,
    )


RULES = rules(
    (
        r"Tried to access index (?P<index>\d+) out of table with (?P<rows>\d+) rows",
        lambda found, seen: [_embedding(number(found, "index"), number(found, "rows"), 0.97)],
    ),
    (
        r"index out of range in self|index out of range at .{0,120}(?:TH|Even|Embedding)|srcIndex < "
        r"srcSelectDimSize|^(?:\w+: )?index out of range\b",
        lambda found, seen: [_embedding(None, None, 0.95)],
    ),
    (
        r"Target (?P<label>-?\d+) is out of bounds|(?:cur_target|t) >= 0 ?&& ?(?:cur_target|t) < n_classes(?P<l2>)",
        _classes,
    ),
    (r"device-side assert triggered", _assertion),
    (r"index (?P<index>-?\d+) is out of bounds for (?:dimension|axis) (?P<axis>\d+) with size (?P<size>\d+)", _of_axis),
    (
        r"Class values must be smaller than num_classes|Class values must be non-negative|one_hot.{0,40}index",
        worded(
            Diagnosis(
                key="one-hot-range",
                title="one_hot got a class number outside 0 to num_classes − 1",
                explanation="one_hot(labels, C) has the columns 0 to C − 1, and a label is not below C, or is "
                "negative. Labels that begin at 1 or a padding of −1 do this.",
                axis="the values of the labels",
                fix="Make num_classes the largest label + 1, or begin the labels at 0.",
                fixed_code="one_hot = torch.nn.functional.one_hot(labels, int(labels.max()) + 1)",
                pitfall="class-index-range",
            )
        ),
    ),
    (
        r"Padding_idx must be within num_embeddings",
        worded(
            Diagnosis(
                key="padding-idx",
                title="padding_idx is not a row of the embedding",
                explanation="padding_idx must be below num_embeddings: the padding has a row of its own in the table.",
                axis="axis 0 of the embedding's weight (V)",
                fix="Count the padding in: nn.Embedding(words + 1, E, padding_idx=words), or give it id 0.",
                fixed_code="embedding = nn.Embedding(len(vocabulary) + 1, E, padding_idx=0)",
                pitfall="embedding-index-range",
            )
        ),
    ),
    (
        r"list index out of range|string index out of range",
        worded(
            Diagnosis(
                key="list-index",
                title="A list ended before the index",
                explanation="Python's own list is shorter than was counted on: __len__ of a Dataset that is larger "
                "than what __getitem__ can give, or a window that goes past the end.",
                axis="the length of the data",
                fix="With windows of W steps and a target after them, n values make n − W samples: __len__ must return "
                "that.",
                fixed_code="def __len__(self):\n    return len(self.values) - self.window",
                pitfall="window-off-by-one",
                confidence=0.7,
            )
        ),
    ),
)
