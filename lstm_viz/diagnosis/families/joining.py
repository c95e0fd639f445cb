"""Tensors side by side, spread, picked from and masked: cat, stack, expand, gather."""

from __future__ import annotations

from collections.abc import Iterator

from lstm_viz.diagnosis.evidence import Evidence
from lstm_viz.diagnosis.finding import Diagnosis
from lstm_viz.diagnosis.rules import Found, rules, worded


def _concatenated(found: Found, seen: Evidence) -> Iterator[Diagnosis]:
    place = int(found["place"])
    a, b = int(found["a"]), int(found["b"])
    yield Diagnosis(
        key="cat-sizes",
        title="Tensors to be put side by side differ in another axis",
        explanation=f"torch.cat along axis {place} wants all other axes alike; one has {a}, another {b}. Often one "
        "tensor is time first and the other batch first, one is of the last, smaller batch, or one lacks the steps (a "
        "state beside a sequence).",
        numbers=(
            (a, seen.named(a, "of the first tensor")),
            (b, seen.named(b, "of another tensor")),
            (place, "the axis along which they are joined"),
        ),
        axis=f"an axis other than {place}",
        fix="Print both shapes. Bring both to (B, T, …); repeat a state over the steps with h.unsqueeze(1).expand(-1, "
        "T, -1); choose dim=-1 to put features side by side.",
        fixed_code="both = torch.cat([outputs, h.unsqueeze(1).expand(-1, outputs.size(1), -1)], dim=-1)",
        tells_apart="If the two numbers are your batch and your steps, one of them is turned: transpose(0, 1).",
        pitfall="batch-first-forgotten",
        confidence=0.85,
    )


RULES = rules(
    (
        r"Sizes of tensors must match except in dimension (?P<place>\d+)\.? (?:Expected size|Got) (?P<a>\d+) (?:but "
        r"got size|and) (?P<b>\d+)",
        lambda found, seen: [] if found["place"] == "0" and "Got" in found[0] else _concatenated(found, seen),
    ),
    (
        r"Tensors must have same number of dimensions: got (?P<a>\d+) and (?P<b>\d+)",
        worded(
            Diagnosis(
                key="cat-dimensions",
                title="Tensors to be joined have different numbers of axes",
                explanation="One has «a» axes, the other «b»: a sequence (B, T, H) and a state or a step (B, H).",
                axis="the tensor with fewer axes",
                fix="Give it the missing axis: h.unsqueeze(1) makes (B, H) to (B, 1, H); expand it over the steps if "
                "need be.",
                fixed_code="both = torch.cat([outputs, h.unsqueeze(1).expand(-1, outputs.size(1), -1)], dim=-1)",
            ),
            a="axes of the first",
            b="axes of the second",
        ),
    ),
    (
        r"expanded size of the tensor \((?P<wanted>\d+)\) must match the existing size \((?P<have>\d+)\) at "
        r"non-singleton dimension (?P<place>\d+)",
        worded(
            Diagnosis(
                key="expand-size",
                title="A tensor was spread to a size that it cannot take",
                explanation="Axis «place» has «have» entries and «wanted» were asked for; only an axis of 1 can be "
                "spread. With sequences it is a mask or target of other steps than the output, or a state of another "
                "batch.",
                axis="axis «place» of the tensor",
                fix="Bring it to the same batch and steps: pad_packed_sequence(..., total_length=T) for a mask, "
                "unsqueeze(1) before expand for a state.",
                fixed_code="repeated = h.unsqueeze(1).expand(-1, T, -1)  # (B, H) to (B, T, H)",
                pitfall="pad-packed-shorter",
                confidence=0.85,
            ),
            have="entries on that axis",
            wanted="entries asked for",
        ),
    ),
    (
        r"number of sizes provided \((?P<want>\d+)\) must be greater or equal to the number of dimensions in the "
        r"tensor \((?P<have>\d+)\)",
        worded(
            Diagnosis(
                key="expand-axes",
                title="expand was given fewer sizes than the tensor has axes",
                explanation="The tensor has «have» axes, and «want» sizes were given.",
                axis="the axes of the tensor",
                fix="Give a size for each axis, −1 for those that stay.",
                fixed_code="repeated = h.unsqueeze(1).expand(-1, T, -1)",
            ),
            have="axes that the tensor has",
            want="sizes given",
        ),
    ),
    (
        r"must be tuple of Tensors, not Tensor|expects a non-empty TensorList|need at least one array to concatenate",
        worded(
            Diagnosis(
                key="cat-list",
                title="cat and stack take a list of tensors that is not empty",
                explanation="Several tensors belong in one list or tuple; a single tensor, or an empty list, came in. "
                "An empty list means that a loop never ran.",
                axis="the first argument",
                fix="Write torch.cat([a, b], dim=1); collect the steps of a loop in a list, and stack it after the "
                "loop.",
                fixed_code="output = torch.stack(steps, dim=1)  # steps: a list of (B, H)",
                confidence=0.85,
            )
        ),
    ),
    (
        r"Index tensor must have the same number of dimensions as (?:input|src|self) tensor|expected index .{1,40} "
        r"(?:to be )?(?:no larger|smaller) than self",
        worded(
            Diagnosis(
                key="gather-index",
                title="gather wants an index with as many axes as the tensor",
                explanation="To pick the last real step of each sample from (B, T, H), the index must be (B, 1, H).",
                axis="the axes of the index",
                fix="Bring the index to that shape, or pick with two indices, output[torch.arange(B), lengths - 1]; "
                "h_n[-1] of a packed input has it already.",
                fixed_code="last = output[torch.arange(output.size(0)), lengths - 1]  # (B, H)",
                pitfall="padding-last-step",
            )
        ),
    ),
    (
        r"shape of the mask \((?P<mask>[\d, ]+)\) at index \d does not match the shape of the indexed tensor "
        r"\((?P<tensor>[\d, ]+)\)",
        worded(
            Diagnosis(
                key="mask-shape",
                title="The mask has another shape than what it masks",
                explanation="The mask is («mask»), the tensor («tensor»). After pad_packed_sequence the output is as "
                "long as the longest sequence of this batch.",
                axis="the axis of time (T)",
                fix="Unpack with total_length=mask.size(1), or cut the mask: mask[:, : output.size(1)].",
                fixed_code="output, _ = pad_packed_sequence(packed, batch_first=True, total_length=mask.size(1))",
                pitfall="pad-packed-shorter",
            )
        ),
    ),
    (
        r"split_sizes to sum exactly to (?P<size>\d+)",
        worded(
            Diagnosis(
                key="split-sizes",
                title="The parts of a split do not add up to the axis",
                explanation="The axis has «size» entries, and the parts given make another sum.",
                axis="the axis that is split",
                fix="Let the last part be what is left, or split by one size: x.split(n).",
                fixed_code="parts = x.split(n, dim=1)",
            ),
            size="entries on the axis",
        ),
    ),
    (
        r"einsum\(\): .{0,200}",
        worded(
            Diagnosis(
                key="einsum-axes",
                title="einsum's letters do not fit the axes",
                explanation="A letter stands for two different sizes, or a tensor has another number of axes than "
                "letters. Often one tensor is time first.",
                axis="the axis of the letter that is named",
                fix="Print the shapes, and write a letter for each axis: b for batch, t for steps, h for features.",
                fixed_code="context = torch.einsum('bt,bth->bh', weights, outputs)",
                confidence=0.85,
            )
        ),
    ),
)
