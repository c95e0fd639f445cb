"""view, reshape, permute, squeeze, cat: tensors brought to a shape that they cannot have."""

from __future__ import annotations

import math
from collections.abc import Iterator

from lstm_viz.diagnosis.evidence import Evidence
from lstm_viz.diagnosis.finding import Diagnosis
from lstm_viz.diagnosis.rules import Found, number, rules, shape, shape_as, worded, written


def not_divisible(count: int, wanted: tuple[int, ...], seen: Evidence) -> Diagnosis:
    """A shape whose product is not the number of values."""
    known = math.prod(size for size in wanted if size >= 0)
    names = seen.meanings(count)
    made = f" ({names[0]})" if names else ""
    if -1 in wanted:
        rest = f"{count} cannot be divided by {known}" if known else "a size is 0"
        if fitting := [
            size for size in wanted if size > 1 and count % size == 0 and len([s for s in wanted if s > 1]) > 1
        ]:
            size = fitting[-1]
            rest += (
                f" ({count} = {count // size} · {size}, and the {count // size} cannot be divided by {known // size})"
            )
        text = (
            f"The tensor has {count} numbers{made}, and the sizes given make {known}: {rest}, so there is nothing to "
            "put for −1."
        )
    else:
        text = f"The tensor has {count} numbers{made}, the shape {written(wanted)} has {known}."
    smaller = (
        f" With {known} numbers for {count}, a smaller last batch or a fixed batch_size in the view is likely."
        if count < known
        else ""
    )
    doubled = (
        " There are twice as many: a bidirectional output has 2·H features."
        if count == 2 * known and -1 not in wanted
        else ""
    )
    return Diagnosis(
        key="view-count",
        title="The numbers do not fill the shape asked for",
        explanation=f"{text}{smaller}{doubled}",
        numbers=(
            (count, f"numbers in the tensor{made}"),
            (known, "numbers that the shape asks for"),
            *((size, seen.named(size, "a size asked for")) for size in wanted if size > 1),
        ),
        axis="the sizes in view or reshape",
        misleading="“input” is the tensor that is reshaped, not the model's input.",
        fix="Take the sizes from the tensor, x.size(0) and not a fixed batch_size, and remember 2·H after a "
        "bidirectional layer. For the last step write output[:, -1], which needs no view.",
        fixed_code="x = x.view(x.size(0), -1, features)  # the batch from x itself\nlast = output[:, -1]",
        tells_apart="If it runs for some batches first, the last one is smaller: drop_last=True, or x.size(0). If it "
        "stops at once, a size is wrong.",
        pitfall="view-for-permute",
        confidence=0.9,
    )


def _dim_range(found: Found, seen: Evidence) -> Iterator[Diagnosis]:
    low, high, got = number(found, "low"), number(found, "high"), number(found, "got")
    axes = high + 1
    empty = found.groupdict().get("none") is not None
    count = 0 if empty else axes
    word = "axis" if count == 1 else "axes"
    text = f"Axis {got} was asked for, and the tensor has {count} {word} ({low} to {high}). "
    if count <= 1 and got in (1, -2):
        text += (
            "It should have two, (B, something): a squeeze() or squeeze(0) took the batch away where it was 1, as in a "
            "last batch of one sample; or one sample went in without its batch axis, or one axis too many was indexed "
            "away."
        )
    else:
        text += (
            "An axis is missing that was counted on: one was squeezed or indexed away, or an input without a batch "
            "went in."
        )
    yield Diagnosis(
        key="axis-missing",
        title=f"Axis {got} was asked for; the tensor has {count} {word}",
        explanation=text,
        numbers=((got, "the axis asked for, counted from 0"), (count, "axes that the tensor has")),
        axis=f"axis {got} of the tensor named in the last line of the traceback",
        misleading="It names no tensor, and often comes only with the last batch; numbers in brackets are axes, not "
        "sizes.",
        fix="Never squeeze without naming an axis, and never the batch: squeeze(-1) or squeeze(1) on (B, 1). One "
        "sample needs its batch axis: x.unsqueeze(0).",
        fixed_code="prediction = fc(hidden).squeeze(1)  # (B, 1) to (B,), the batch stays\n"
        "hidden = torch.cat([h_n[-2], h_n[-1]], dim=1)  # (B, 2·H), no squeeze",
        tells_apart="If it comes with the last batch, or when one sample is predicted, it is a squeeze. If it comes at "
        "once, print the shape: x or the target has an axis less than the code counts on (1-D scores in cross-entropy, "
        "a 2-D x for a batch).",
        pitfall="squeeze-batch-of-one",
        confidence=0.92,
    )


def _too_many_indices(found: Found, seen: Evidence) -> Iterator[Diagnosis]:
    dims = int(found["dims"])
    yield Diagnosis(
        key="too-many-indices",
        title=f"More indices than axes: the tensor has {dims}",
        explanation=f"A tensor of {dims} axes was indexed with more. output[:, -1, :] wants three axes, (B, T, H); the "
        f"output has {dims} where x went in 2-D, without a batch, or where the last step was taken already, or where "
        "it is a packed output.",
        numbers=((dims, "axes that the tensor has"),),
        axis="the tensor in the last line of the traceback",
        fix="Give the layer a 3-D x, (B, T, F): x.unsqueeze(-1) for single numbers, x.unsqueeze(0) for one sequence. "
        "h_n[-1] is (B, H) already.",
        fixed_code="output, (h_n, c_n) = lstm(x.unsqueeze(-1))  # (B, T) to (B, T, 1)\nlast = output[:, -1]",
        tells_apart="Print x.shape and output.shape: two axes mean that x had no batch.",
        pitfall="unbatched-2d",
        confidence=0.9,
    )


RULES = rules(
    (
        r"use of `?x\.T`? on tensors of dimension other than 2|`?tensor\.T`? .{0,60}dimension other than 2",
        worded(
            Diagnosis(
                key="transpose-all",
                title=".T turns all axes around: (B, T, F) becomes (F, T, B)",
                explanation="On a matrix .T swaps its two axes; on three axes it reverses their order, which is rarely "
                "meant.",
                axis="the order of all axes",
                fix="Name the two axes: x.transpose(0, 1) for (B, T, F) to (T, B, F).",
                fixed_code="x = x.transpose(0, 1)  # (B, T, F) to (T, B, F)",
                pitfall="view-for-permute",
                confidence=0.9,
            )
        ),
    ),
    (
        rf"shape '?{shape_as('wanted')}'? is invalid for input (?:of size|with) (?P<count>\d+)",
        lambda found, seen: [not_divisible(number(found, "count"), shape(found, "wanted"), seen)],
    ),
    (
        r"view size is not compatible with input tensor's size and stride|input is not contiguous at|\.contiguous\(\) "
        r"before \.view",
        worded(
            Diagnosis(
                key="view-not-contiguous",
                title="view wants the numbers in order in memory; this tensor was turned",
                explanation="After transpose or permute, and in the output of a batch_first layer on the CPU, the "
                "numbers lie in another order than the axes say. view cannot join such axes.",
                axis="the axes that view joins",
                misleading="The shape asked for is possible; only view cannot do it.",
                fix="Use reshape(...) in its place, or .contiguous().view(...). nn.Linear takes three axes as they "
                "are, without a view. To swap axes use transpose or permute: a view never does.",
                fixed_code="flat = output.reshape(-1, output.size(-1))  # (B·T, H)\n"
                "scores = fc(output)  # or no reshape at all: (B, T, C)",
                pitfall="view-not-contiguous",
                confidence=0.97,
            )
        ),
    ),
    (
        r"Dimension out of range \(expected to be in range of \((?P<low>-?\d+), (?P<high>-?\d+)\), but got "
        r"(?P<got>-?\d+)\)",
        _dim_range,
    ),
    (
        r"dimension out of range.{0,60}?expected.{0,30}?(?P<low>-\d+),? ?(?:to )?(?P<high>-?\d+).{0,20}?got "
        r"(?P<got>-?\d+)",
        _dim_range,
    ),
    (
        r"dimension (?P<axis>\d+) out of range of (?P<dims>\d+)D tensor|dimension out of range|IndexError: tuple index "
        r"out of range"
        r"|dimension specified as [1-9-]\d{0,2} but tensor has no dimensions",
        worded(
            Diagnosis(
                key="axis-missing",
                title="An axis was asked for that the tensor does not have",
                explanation="The tensor has fewer axes than were counted on: a squeeze() took the batch of one away, "
                "or a sample went in without its batch.",
                axis="axis «axis|1» of the tensor",
                fix="Name the axis of a squeeze, squeeze(1), and give one sample its batch: x.unsqueeze(0).",
                fixed_code="prediction = fc(hidden).squeeze(1)  # (B, 1) to (B,)",
                tells_apart="If it comes with the last batch, it is a squeeze.",
                pitfall="squeeze-batch-of-one",
                confidence=0.85,
            )
        ),
    ),
    (r"too many indices for (?:tensor of dimension|array: array is) (?P<dims>\d)", _too_many_indices),
    (
        r"number of dims don't match in permute|input\.dim\(\) = (?P<have>\d+) is not equal to len\(dims\) = "
        r"(?P<want>\d+)",
        worded(
            Diagnosis(
                key="permute-dimensions",
                title="permute was given another number of axes than the tensor has",
                explanation="The tensor has «have|another number of» axes, and «want|not as many» were listed. x lost "
                "an axis, or came 2-D: one column without its feature axis, one sample without its batch.",
                axis="the axes of the tensor",
                misleading="It is not about the order that you wrote.",
                fix="Print x.shape before it: bring x to (B, T, F) first, x.unsqueeze(-1) for (B, T).",
                fixed_code="x = x.unsqueeze(-1).permute(1, 0, 2)  # (B, T) to (T, B, 1)",
                pitfall="unbatched-2d",
                confidence=0.92,
            ),
            have="axes that the tensor has",
            want="axes listed in permute",
        ),
    ),
    (
        r"(?:view|reshape|zeros|empty|new_zeros|randn)\(\).{0,40}(?:float|invalid "
        r"combination)|empty\(\).{0,200}float|'float' object cannot be interpreted as an integer|item \d is "
        r"'float'|slice indices must be integers",
        worded(
            Diagnosis(
                key="size-float",
                title="A size is a fraction",
                explanation="A size must be a whole number, and / always gives a float: hidden_size / 2 is 64.0.",
                axis="the sizes given",
                fix="Divide with //, or round with int().",
                fixed_code="lstm = nn.LSTM(input_size, hidden_size // 2, bidirectional=True)",
                confidence=0.88,
            )
        ),
    ),
    (
        r"'NoneType' object cannot be interpreted as an integer|found element of type NoneType|got "
        r"(?:NoneType|list|torch\.Size)\\?\"?$",
        worded(
            Diagnosis(
                key="size-kind",
                title="A size is no whole number",
                explanation="None, a list or a whole shape was given where one number is wanted: a setting that was "
                "not filled in, or x.shape for x.shape[0].",
                axis="the sizes given",
                fix="Print the sizes; take one axis of a shape, x.size(0). Keras' None for the batch has no place "
                "here: PyTorch takes any batch.",
                fixed_code="h_0 = torch.zeros(num_layers, x.size(0), hidden_size)",
                confidence=0.8,
            )
        ),
    ),
    (
        r"Dimension size must be non-negative|negative dimension",
        worded(
            Diagnosis(
                key="size-negative",
                title="A size came out negative",
                explanation="A subtraction went below 0: len(data) − window, with a window that is longer than the "
                "data.",
                axis="the sizes given",
                fix="Print what the size is worked out from.",
                fixed_code="assert len(data) > window",
                pitfall="window-off-by-one",
            )
        ),
    ),
)
