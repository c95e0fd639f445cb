"""DataLoader, Dataset and their batches."""

from __future__ import annotations

from collections.abc import Iterator

from lstm_viz.diagnosis.evidence import Evidence
from lstm_viz.diagnosis.finding import Diagnosis, Numbers
from lstm_viz.diagnosis.rules import Found, rules, shape, shape_as, worded, written

_COLLATE = """def collate(samples):
    sequences, labels = zip(*samples)
    lengths = torch.tensor([len(sequence) for sequence in sequences])
    return pad_sequence(sequences, batch_first=True), lengths, torch.tensor(labels)

loader = DataLoader(data, batch_size=64, collate_fn=collate)"""


def _stack(found: Found, seen: Evidence) -> Iterator[Diagnosis]:
    first, second = shape(found, "first"), shape(found, "second")
    places = [place for place, (a, b) in enumerate(zip(first, second, strict=False)) if a != b]
    place = places[0] if places else 0
    numbers: Numbers = ()
    if len(first) == len(second) and places:
        numbers = (
            (first[place], "steps (T) of one sample" if place == 0 else f"axis {place} of one sample"),
            (second[place], "the same of another sample"),
        )
    windows = " Windows at the end of a series that are shorter do it, too." if place == 0 else ""
    yield _unequal(
        f"One sample is {written(first)}, another {written(second)}: they differ in axis {place}.{windows}",
        numbers,
        place,
        0.95,
    )


def _unequal(text: str, numbers: Numbers, place: int, confidence: float) -> Diagnosis:
    return Diagnosis(
        key="batch-unequal-lengths",
        title="The samples of a batch have different lengths",
        explanation=f"A batch is one tensor (B, T, F), so all its samples must have one shape. {text}",
        numbers=numbers,
        axis=f"axis {place} of the samples (T)" if place == 0 else f"axis {place} of the samples",
        misleading="The traceback ends in the loader's collate function; the samples of the Dataset are what differs.",
        fix="Pad them in a collate_fn with pad_sequence(batch_first=True), and keep the lengths for packing; or cut "
        "windows of one length, and leave the last, shorter one out.",
        fixed_code=_COLLATE,
        tells_apart="If all samples should have one length, print the shape of each: one is cut short at the end of "
        "the data.",
        pitfall="padding-last-step",
        confidence=confidence,
    )


def _old_stack(found: Found, seen: Evidence) -> Iterator[Diagnosis]:
    a, b, place = int(found["a"]), int(found["b"]), int(found["place"])
    yield _unequal(
        f"One has {a} and another {b} in axis {place} of the batch.",
        ((a, "of one sample"), (b, "of another")),
        max(place - 1, 0),
        0.85,
    )


RULES = rules(
    (
        rf"stack expects each tensor to be equal size, but got {shape_as('first')} at entry \d+ and "
        rf"{shape_as('second')} at entry",
        _stack,
    ),
    (
        r"Sizes of tensors must match except in dimension 0\. Got (?P<a>\d+) and (?P<b>\d+) in dimension (?P<place>\d)",
        _old_stack,
    ),
    (
        r"each element in list of batch should be of equal size",
        lambda found, seen: [_unequal("The samples are Python lists of different lengths.", (), 0, 0.95)],
    ),
    (
        r"Trying to resize storage that is not resizable|inconsistent tensor sizes? at|expand_?able.{0,30}collate",
        lambda found, seen: [_unequal("In the loader's workers it is said this way.", (), 0, 0.8)],
    ),
    (
        r"default_collate: batch must contain tensors,? .{0,80}found (?P<found>.{1,60})$",
        worded(
            Diagnosis(
                key="batch-kind",
                title="The Dataset returns something that cannot be batched",
                explanation="A sample holds «found». Tensors, numbers, arrays of numbers, and tuples and dictionaries "
                "of them can be put into a batch; None, text arrays, arrays of objects and tables cannot.",
                axis="what __getitem__ returns",
                fix="Let __getitem__ return tensors: torch.tensor(row.to_numpy(dtype='float32')). None comes from a "
                "__getitem__ without return, “object” from an array of mixed or unequal rows.",
                fixed_code="def __getitem__(self, index):\n"
                "    x = torch.as_tensor(self.x[index], dtype=torch.float32)\n"
                "    return x, torch.tensor(self.y[index])",
                confidence=0.95,
            )
        ),
    ),
    (
        r"Size mismatch between tensors|all\(tensors\(0\)\.size\(0\)|AssertionError:? ?$",
        worded(
            Diagnosis(
                key="dataset-lengths",
                title="x and target of the dataset have different numbers of samples",
                explanation="TensorDataset wants the same first axis in all its tensors. Windows give fewer samples "
                "than rows: the targets must be cut alike; or x is time first.",
                axis="axis 0 of the tensors",
                fix="Print both shapes. Windows of W steps with a target after them: n − W of each.",
                fixed_code="x = torch.stack([values[i : i + W] for i in range(len(values) - W)])\n"
                "y = values[W:]  # as many as x has",
                pitfall="window-off-by-one",
                confidence=0.85,
            )
        ),
    ),
    (
        r"num_samples should be a positive integer value, but got num_samples=(?P<count>\d+)",
        worded(
            Diagnosis(
                key="dataset-empty",
                title="The dataset is empty",
                explanation="It has no sample: a split or a filter left nothing, or the window is longer than the "
                "data, so len(data) − window is 0.",
                axis="the length of the dataset",
                fix="Print len(dataset), and what it is made from.",
                fixed_code="assert len(dataset) > 0, (len(values), window)",
                pitfall="window-off-by-one",
                confidence=0.95,
            ),
            count="samples",
        ),
    ),
    (
        r"batch_size should be a positive integer value, but got batch_size=(?P<value>\S{1,20})",
        worded(
            Diagnosis(
                key="batch-size-value",
                title="batch_size must be a whole number above 0",
                explanation="It is «value»: a division with / gives a fraction, and of few samples 0 may be left.",
                fix="Use // and at least 1: max(1, n // 10).",
                fixed_code="loader = DataLoader(data, batch_size=max(1, len(data) // 10))",
            )
        ),
    ),
    (
        r"^KeyError: (?P<key>\d+)",
        worded(
            Diagnosis(
                key="dataset-pandas-key",
                title="A table of pandas was indexed by row number",
                explanation="The loader asks for sample «key», and table[«key»] or column[«key»] looks for a label of "
                "that name, not for the row.",
                axis="the index of the table",
                misleading="«key» is no column of yours; it is the number of the sample.",
                fix="Convert to arrays before, table.to_numpy(), or use .iloc[index] in __getitem__.",
                fixed_code="def __getitem__(self, index):\n"
                "    return torch.tensor(self.table.iloc[index].to_numpy(dtype='float32'))",
                confidence=0.85,
            ),
            key="the number of the sample",
        ),
    ),
    (
        r"Sum of input lengths does not equal the length of the input dataset",
        worded(
            Diagnosis(
                key="split-lengths",
                title="The parts of the split do not add up",
                explanation="random_split wants lengths whose sum is the dataset's; rounding two shares loses a "
                "sample.",
                fix="Give the second part what is left: [n_train, len(data) − n_train]; or shares, [0.8, 0.2].",
                fixed_code="n = int(0.8 * len(data))\ntrain, test = random_split(data, [n, len(data) - n])",
            )
        ),
    ),
    (
        r"DataLoader worker .{0,60}exited unexpectedly|An attempt has been made to start a new process before",
        worded(
            Diagnosis(
                key="loader-workers",
                title="A worker process of the loader ended",
                explanation="On Windows and macOS the workers import your program again, which must be guarded; else "
                "memory ran out.",
                fix="Put the training below if __name__ == '__main__':, or set num_workers=0, which also shows the "
                "real error.",
                fixed_code="if __name__ == '__main__':\n    train()",
                confidence=0.85,
            )
        ),
    ),
    (
        r"'(?P<kind>DataLoader|TensorDataset|Subset)' object (?:is not subscriptable|does not support indexing|is not "
        r"an iterator)",
        worded(
            Diagnosis(
                key="loader-indexed",
                title="A loader gives batches one after another",
                explanation="A «kind» is gone through with a for loop, not indexed.",
                fix="x, y = next(iter(loader)) takes the first batch.",
                fixed_code="x, y = next(iter(loader))",
            )
        ),
    ),
)
