"""From numpy, pandas and lists to tensors."""

from __future__ import annotations

from lstm_viz.diagnosis.finding import Diagnosis
from lstm_viz.diagnosis.rules import rules, worded

_FLOAT = "x = torch.from_numpy(np.asarray(values, dtype=np.float32))"

RULES = rules(
    (
        r"can't convert np\.ndarray of type (?:numpy\.)?(?P<kind>\w+)",
        worded(
            Diagnosis(
                key="array-kind",
                title="The array does not hold plain numbers: «kind»",
                explanation="An array of dtype «kind» cannot become a tensor. object comes from rows of different "
                "lengths, from a column with text, dates or None, or from pandas columns of mixed kinds; str_ from "
                "text.",
                axis="the dtype of the array",
                fix="Choose the columns of numbers and convert: table.to_numpy(dtype='float32'). Rows of different "
                "lengths: pad them with pad_sequence.",
                fixed_code=_FLOAT,
                tells_apart="Print array.dtype and array[0]: arrays inside an array are rows of different lengths.",
                confidence=0.96,
            )
        ),
    ),
    (
        r"expected np\.ndarray \(got (?P<kind>\w+)\)",
        worded(
            Diagnosis(
                key="from-numpy-kind",
                title="from_numpy got a «kind»",
                explanation="torch.from_numpy takes numpy arrays only, and this is a «kind».",
                axis="the argument of from_numpy",
                fix="For a list torch.tensor(values); for pandas torch.from_numpy(table.to_numpy()); then .float().",
                fixed_code=_FLOAT,
                confidence=0.97,
            )
        ),
    ),
    (
        r"stride in the given numpy array is negative",
        worded(
            Diagnosis(
                key="array-flipped",
                title="The array was flipped by [::-1]",
                explanation="A flipped array runs backwards in memory, and tensors cannot.",
                fix="Copy it: array[::-1].copy().",
                fixed_code="x = torch.from_numpy(array[::-1].copy()).float()",
                confidence=0.97,
            )
        ),
    ),
    (
        r"expected sequence of length (?P<want>\d+) at dim (?P<place>\d+) \(got (?P<got>\d+)\)",
        worded(
            Diagnosis(
                key="rows-unequal",
                title="The rows have different lengths",
                explanation="torch.tensor wants rows of one length; one has «want», another «got». Sequences of "
                "different lengths must be padded.",
                axis="axis «place» of the tensor to be (T)",
                fix="pad_sequence([torch.tensor(row) for row in rows], batch_first=True), and keep the lengths for "
                "packing.",
                fixed_code="lengths = torch.tensor([len(row) for row in rows])\n"
                "x = pad_sequence([torch.tensor(row) for row in rows], batch_first=True)",
                pitfall="padding-last-step",
                confidence=0.96,
            ),
            want="the length of the first row",
            got="the length of another",
        ),
    ),
    (
        r"inhomogeneous shape|Creating an ndarray from ragged nested sequences|setting an array element with a "
        r"sequence",
        worded(
            Diagnosis(
                key="rows-unequal",
                title="The rows have different lengths",
                explanation="numpy cannot make a table of rows of different lengths: windows that are shorter at the "
                "end, or sequences that were not padded.",
                axis="axis 1 of the array to be (T)",
                fix="Leave the shorter windows out, or pad: pad_sequence([torch.tensor(row) for row in rows], "
                "batch_first=True).",
                fixed_code="windows = [values[i : i + W] for i in range(len(values) - W + 1)]",
                pitfall="window-off-by-one",
                confidence=0.93,
            )
        ),
    ),
    (
        r"too many dimensions 'str'|new\(\): invalid data type 'str'",
        worded(
            Diagnosis(
                key="text-to-tensor",
                title="A tensor cannot hold text",
                explanation="The list holds words or labels as text.",
                fix="Give each word or label a whole number first, and make a tensor of these.",
                fixed_code="ids = torch.tensor([vocabulary[word] for word in words])",
                confidence=0.95,
            )
        ),
    ),
    (
        r"[Cc]ould not infer dtype of (?P<kind>[\w.]+)|could not determine the shape of object type '(?P<kind2>\w+)'",
        worded(
            Diagnosis(
                key="tensor-of-what",
                title="A tensor cannot be made of this",
                explanation="torch.tensor takes numbers, lists of numbers and arrays; not None, tables of pandas, or "
                "other objects.",
                fix="For a table: torch.tensor(table.to_numpy(dtype='float32')). None is a value that was not filled "
                "in.",
                fixed_code=_FLOAT,
                confidence=0.93,
            )
        ),
    ),
    (
        r"all the input arrays? (?:must|dimensions)",
        worded(
            Diagnosis(
                key="arrays-joined",
                title="Arrays to be joined have other shapes",
                explanation="concatenate wants all axes but one alike, and as many axes in each: (n, 1) and (n,) are "
                "not.",
                axis="the axes of the arrays",
                fix="Bring a vector to a column first: a.reshape(-1, 1).",
                fixed_code="both = np.concatenate([a, b.reshape(-1, 1)], axis=1)",
                pitfall="scaler-columns",
                confidence=0.85,
            )
        ),
    ),
    (
        r"Creating a tensor from a list of numpy\.ndarrays is extremely slow",
        worded(
            Diagnosis(
                key="list-of-arrays",
                title="Make one array of the list first",
                explanation="A list of arrays is copied number by number. The result is right, only slow.",
                fix="torch.from_numpy(np.stack(arrays)).",
                fixed_code="x = torch.from_numpy(np.stack(windows)).float()",
                confidence=0.96,
            )
        ),
    ),
    (
        r"To copy construct from a tensor, it is recommended",
        worded(
            Diagnosis(
                key="tensor-of-tensor",
                title="torch.tensor of a tensor copies it and cuts its history",
                explanation="torch.tensor(x) on a tensor makes a new one without gradients. On a prediction that cuts "
                "the way back to the weights.",
                fix="Use x itself, x.clone() for a copy, or torch.stack for a list of tensors.",
                fixed_code="x = x.clone().detach()  # if a copy without gradients is meant",
                pitfall="loss-detached",
                confidence=0.95,
            )
        ),
    ),
    (
        r"NumPy array is not writ(?:e)?able",
        worded(
            Diagnosis(
                key="array-read-only",
                title="The array is read-only, and the tensor shares its memory",
                explanation="Tables of pandas give arrays that must not be changed. As long as the tensor is not "
                "changed in place, nothing happens.",
                fix="Copy it: torch.tensor(array), or array.copy().",
                fixed_code="x = torch.tensor(table.to_numpy(), dtype=torch.float32)",
                confidence=0.95,
            )
        ),
    ),
)
