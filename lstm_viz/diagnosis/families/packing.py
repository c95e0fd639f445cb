"""pack_padded_sequence, pad_packed_sequence and their lengths."""

from __future__ import annotations

from collections.abc import Iterator

from lstm_viz.diagnosis.evidence import Evidence
from lstm_viz.diagnosis.finding import Diagnosis
from lstm_viz.diagnosis.rules import Found, number, rules, worded

PACK = "packed = pack_padded_sequence(x, lengths.cpu(), batch_first=True, enforce_sorted=False)"


def _lengths_argument(found: Found, seen: Evidence) -> Iterator[Diagnosis]:
    """Its axes, its device or its dtype."""
    dims, device, kind = found["dims"], (found["device"] or "").lower(), (found["kind"] or "").lower()
    if device and device != "cpu":
        yield _on_device(device, 0.96)
    elif dims == "0":
        yield _zero_d(0.96)
    elif dims and dims != "1":
        yield Diagnosis(
            key="pack-lengths-2d",
            title="The lengths have an axis too many",
            explanation=f"lengths has {dims} axes; it must have one: one length for each sample, (B,).",
            numbers=((int(dims), "axes of lengths; 1 is expected"),),
            axis="lengths: one axis too many",
            fix="Take the extra axis away by its number: lengths.squeeze(1) for (B, 1). A plain squeeze() would also "
            "take the batch away where there is one sample.",
            fixed_code=PACK.replace("lengths.cpu()", "lengths.squeeze(1).cpu()"),
            pitfall="pack-lengths-0d",
            confidence=0.95,
        )
    elif kind and kind != "long":
        yield Diagnosis(
            key="pack-lengths-dtype",
            title="The lengths are not int64",
            explanation=f"lengths is {found['kind']}; packing wants whole numbers of the type int64 (Long).",
            axis="lengths",
            fix="Convert them: lengths.long().cpu(), or hand over a list of integers.",
            fixed_code=PACK.replace("lengths.cpu()", "lengths.long().cpu()"),
            pitfall="pack-lengths-device",
            confidence=0.95,
        )
    else:
        yield _on_device("a GPU", 0.7)
        yield _zero_d(0.6)


def _on_device(device: str, confidence: float) -> Diagnosis:
    return Diagnosis(
        key="pack-lengths-device",
        title="The lengths are on the GPU; packing wants them on the CPU",
        explanation=f"lengths lies on {device}. It must be a 1-D int64 tensor on the CPU, wherever x is: packing reads "
        "it in a loop on the CPU.",
        axis="lengths",
        misleading="The dtype and the number of axes that it lists are as they should be; the device is not.",
        fix="Hand over lengths.cpu(), or keep the lengths out of what you send to the GPU. x stays where it is. If it "
        "is on the CPU, it must be 1-D: a squeeze() makes the lengths of one sample 0-D.",
        fixed_code=PACK,
        tells_apart="Print lengths.device, lengths.shape and lengths.dtype: cpu, (B,) and int64 are wanted.",
        pitfall="pack-lengths-device",
        confidence=confidence,
    )


def _zero_d(confidence: float) -> Diagnosis:
    return Diagnosis(
        key="pack-lengths-0d",
        title="The lengths lost their axis: they are 0-D",
        explanation="lengths is a single number without an axis; (B,) is wanted, also for one sample: (1,). A "
        "squeeze() takes every axis of size 1 away, so with a batch of one it takes the batch away too.",
        numbers=((0, "axes of lengths; 1 is expected"),),
        axis="axis 0 of lengths (B)",
        misleading="It happens only where the batch has one sample, often in the last batch or when predicting.",
        fix="Do not squeeze the lengths; mask.sum(1) is (B,) already. A single one is lengths.view(1) or "
        "torch.tensor([n]).",
        fixed_code="lengths = mask.sum(1).long().cpu()  # (B,), no squeeze()\n"
        "packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)",
        tells_apart="Print lengths.shape: torch.Size([]) is 0-D. If it is torch.Size([B]), look at lengths.device.",
        pitfall="pack-lengths-0d",
        confidence=confidence,
    )


def _count(found: Found, seen: Evidence) -> Iterator[Diagnosis]:
    """As many lengths as samples: usually the other axis of x was taken for the batch."""
    lengths, read = number(found, "lengths"), number(found, "batch")
    if seen.has("parallel_apply", "dataparallel", "in replica") and lengths > read:
        yield _cut_by_gpus(lengths, read)
    yield Diagnosis(
        key="pack-batch-first",
        title="Packing takes another axis of x for the batch",
        explanation=f"There are {lengths} lengths, and packing reads a batch of {read} from x. Without "
        "batch_first=True it takes axis 1 of x for the batch and axis 0 for the time, so where x is (B, T, F) the "
        f"{read} is your number of steps.",
        numbers=(
            (lengths, "the lengths, one for each sample (B)"),
            (read, "rather the padded length (T), read as the batch"),
        ),
        axis="axes 0 and 1 of x (B and T)",
        misleading="It counts the lengths, which are right; batch_first is a setting of packing too, apart from the "
        "layer's.",
        fix="Say batch_first=True to pack_padded_sequence (and to pad_packed_sequence and the layer) where x is (B, T, "
        "F); leave it out of all three where x is (T, B, F).",
        fixed_code="packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)\n"
        "output, h_n = lstm(packed)\n"
        "output, _ = pad_packed_sequence(output, batch_first=True)",
        tells_apart=f"If {read} is really your batch, there are too few or too many lengths: one for each sample, "
        f"{read}. Under nn.DataParallel each replica needs the lengths of its own samples.",
        pitfall="pack-batch-first",
        confidence=0.93,
    )


def _cut_by_gpus(lengths: int, read: int) -> Diagnosis:
    return Diagnosis(
        key="pack-data-parallel",
        title="DataParallel cut x, and the lengths not",
        explanation=f"nn.DataParallel gives each GPU a part of every tensor. This replica has {read} samples and still "
        f"all {lengths} lengths: a Python list is not cut.",
        numbers=((lengths, "the lengths of the whole batch"), (read, "the samples of this GPU (B)")),
        axis="axis 0 of lengths (B)",
        fix="Hand the lengths over as a tensor of (B,), which is cut along with x, and call lengths.cpu() inside "
        "forward(). Give pad_packed_sequence a total_length, so that all parts are equally long.",
        fixed_code="output, _ = pad_packed_sequence(packed, batch_first=True, total_length=x.size(1))",
        tells_apart="It is this only under nn.DataParallel.",
        pitfall="hidden-state-data-parallel",
        confidence=0.96,
    )


RULES = rules(
    (
        r"lengths.{0,30}(?:has to be|must be|should be|to be) sorted|lengths array has to be sorted|sequences? "
        r"(?:must|should) be sorted",
        worded(
            Diagnosis(
                key="pack-unsorted",
                title="The lengths are not sorted from long to short",
                explanation="By default pack_padded_sequence and pack_sequence want the samples in decreasing order of "
                "their lengths, and these are not.",
                axis="lengths, and axis B of x",
                misleading="There is no need to sort: it is wanted only for an export to ONNX.",
                fix="Say enforce_sorted=False: packing sorts, and puts output and h_n back in your order. If you sort "
                "yourself, sort x, lengths and labels alike.",
                fixed_code=PACK,
                pitfall="pack-unsorted",
                confidence=0.97,
            )
        ),
    ),
    (
        r"length of all samples has to be greater than 0|element in 'lengths' that is <= ?0",
        worded(
            Diagnosis(
                key="pack-zero-length",
                title="A sequence in the batch is empty",
                explanation="One of the lengths is 0 (or negative). A packed sequence has at least one step of each "
                "sample.",
                axis="lengths",
                fix="Leave empty samples out before batching, or say lengths.clamp(min=1) and mask the outputs of "
                "those samples. Look where the empty text or window comes from.",
                fixed_code="packed = pack_padded_sequence(x, lengths.clamp(min=1).cpu(), batch_first=True, "
                "enforce_sorted=False)",
                pitfall="pack-zero-length",
                confidence=0.97,
            )
        ),
    ),
    (
        r"'?lengths'? argument should be a 1-?D CPU int64 tensor(?:, but got (?P<dims>\d)-?D (?P<device>\S{1,20}) "
        r"(?P<kind>\w{1,20}) tensor)?",
        _lengths_argument,
    ),
    (
        r"Expected `?len\(lengths\)`? to be equal to batch_size, but got (?P<lengths>\d+) "
        r"\(batch_size=(?P<batch>\d+)\)",
        _count,
    ),
    (
        r"lengths array has incorrect size",
        worded(
            Diagnosis(
                key="pack-batch-first",
                title="There are not as many lengths as samples",
                explanation="Packing wants a length for each sample. Without batch_first=True it takes axis 1 of x for "
                "the batch; and nn.DataParallel cuts x, but not a list of lengths.",
                axis="axes 0 and 1 of x (B and T), or lengths",
                fix="Say batch_first=True where x is (B, T, F). Under nn.DataParallel hand the lengths over as a "
                "tensor, so that they are cut along with x.",
                fixed_code="packed = pack_padded_sequence(x, lengths.cpu(), batch_first=True, enforce_sorted=False)",
                pitfall="pack-batch-first",
            )
        ),
    ),
)
