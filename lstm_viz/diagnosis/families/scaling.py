"""Scalers of scikit-learn, and numpy arrays that do not fit together."""

from __future__ import annotations

from collections.abc import Iterator

from lstm_viz.diagnosis.evidence import Evidence
from lstm_viz.diagnosis.families.reshaping import not_divisible
from lstm_viz.diagnosis.finding import Diagnosis
from lstm_viz.diagnosis.rules import Found, number, rules, shape, shape_as, worded, written

_BACK = """# a scaler of the target's own, fitted on one column
y_scaler = MinMaxScaler().fit(train[[target_column]])
prediction = y_scaler.inverse_transform(prediction.reshape(-1, 1))"""


def columns(fitted: int, given: int, back: bool, scaler: str = "the scaler") -> Diagnosis:
    """A scaler that was fitted on more columns than it gets."""
    return Diagnosis(
        key="scaler-columns",
        title="The scaler was fitted on another number of columns",
        explanation=f"{scaler} was fitted on {fitted} columns, and got {given}. Each column has a smallest and largest "
        f"value (or mean and spread) of its own, so it can only take the same {fitted}. "
        + (
            f"The model predicts {given} column of the {fitted}, and inverse_transform wants them all."
            if back or given == 1
            else "Columns were added, dropped or flattened after fit."
        ),
        numbers=((fitted, "columns that the scaler was fitted on (F)"), (given, "columns that it got")),
        axis="the last axis of what the scaler got (F)",
        misleading="“features” are columns of the table, not the model's.",
        fix="Fit a second scaler on the target column alone and use it for the predictions; or scale back by that "
        "column's own numbers, y · (max − min) + min.",
        fixed_code=_BACK,
        tells_apart="If it happens in transform, new data lack columns; if in inverse_transform, the prediction has "
        "fewer than were fitted.",
        pitfall="scaler-columns",
        confidence=0.96,
    )


def _broadcast(found: Found, seen: Evidence) -> Iterator[Diagnosis]:
    """Two shapes of numpy: a scaler's, where one has fewer columns."""
    first, second = shape(found, "first"), shape(found, "second")
    in_place = (
        found.string[found.end() :].lstrip().startswith("(")
    )  # a third shape: computed into the first, as scalers do
    scaler = "non-broadcastable" in found.string or in_place or seen.has("scaler", "inverse_transform", "preprocessing")
    if scaler and first and second:
        yield columns(second[-1], first[-1], True)
        return
    yield Diagnosis(
        key="array-shapes",
        title="Two arrays have shapes that do not go together",
        explanation=f"{written(first)} and {written(second)} are compared from the last axis on: each pair must be "
        "equal, or one of them 1.",
        numbers=(
            (first[-1] if first else 1, "the last axis of the first"),
            (second[-1] if second else 1, "the last axis of the second"),
        ),
        axis="the last axis of one of them",
        fix="Bring both to one shape. If one comes from a scaler, it was fitted on other columns. A column (N, 1) "
        "against (N,) makes (N, N).",
        fixed_code="prediction = prediction.reshape(-1)  # (N,)",
        tells_apart="With inverse_transform in the traceback it is the number of columns that the scaler was fitted "
        "on.",
        pitfall="scaler-columns",
        confidence=0.75,
    )


def _dimensions(found: Found, seen: Evidence) -> Iterator[Diagnosis]:
    dims = int(found["dims"])
    yield Diagnosis(
        key="scaler-3d",
        title=f"A scaler takes a table, and got {dims} axes",
        explanation=f"scikit-learn takes rows by columns, (n, F). An array of {dims} axes, (B, T, F), holds windows or "
        "predictions of every step.",
        numbers=((dims, "axes that it got; 2 are expected"),),
        axis="the axes of the array",
        fix="Scale the table before cutting windows; or fold batch and time, a.reshape(-1, F), and unfold after. "
        "Predictions (B, 1, 1): reshape(-1, 1).",
        fixed_code="scaled = scaler.transform(a.reshape(-1, a.shape[-1])).reshape(a.shape)",
        pitfall="scaler-columns",
        confidence=0.94,
    )


def _reshape(found: Found, seen: Evidence) -> Iterator[Diagnosis]:
    count, wanted = number(found, "count"), shape(found, "shape")
    yield not_divisible(count, wanted, seen)


RULES = rules(
    (
        r"X has (?P<got>\d+) features?,? but (?:this )?(?P<scaler>\w+) is expecting (?P<fitted>\d+) features",
        lambda found, seen: [
            columns(number(found, "fitted"), number(found, "got"), seen.has("inverse"), found["scaler"])
        ],
    ),
    (
        r"number of features of (?:X|the model|the input).{0,80}?(?P<fitted>\d+).{0,30}?(?P<got>\d+)",
        lambda found, seen: [columns(number(found, "fitted"), number(found, "got"), seen.has("inverse"))],
    ),
    (
        rf"non-broadcastable output operand with shape {shape_as('first')} doesn't match the broadcast shape "
        rf"{shape_as('second')}",
        _broadcast,
    ),
    (
        rf"operands could not be broadcast together with (?:remapped )?shapes? {shape_as('first')} "
        rf"{shape_as('second')}",
        _broadcast,
    ),
    (
        r"Expected 2D array, got (?P<dims>1D|scalar) array instead",
        worded(
            Diagnosis(
                key="scaler-1d",
                title="A scaler takes a table, and got a plain vector",
                explanation="scikit-learn takes rows by columns, (n, F). One column is (n, 1), not (n,).",
                axis="axis 1 is missing (F)",
                misleading="Of its two proposals reshape(1, -1) makes one row of many columns: for a series it is "
                "reshape(-1, 1).",
                fix="array.reshape(-1, 1), or choose the column with double brackets, table[['price']]. Fit and "
                "transform must get the same number of columns.",
                fixed_code="scaled = scaler.fit_transform(values.reshape(-1, 1))  # (n,) to (n, 1)",
                pitfall="scaler-columns",
                confidence=0.96,
            )
        ),
    ),
    (r"Found array with dim (?P<dims>\d)", _dimensions),
    (
        r"\b(?P<scaler>\w+) instance is not fitted yet",
        worded(
            Diagnosis(
                key="scaler-not-fitted",
                title="The scaler has not seen any data yet",
                explanation="«scaler» learns smallest and largest values (or mean and spread) in fit, and this one was "
                "not fitted: a new one was made, or transform was called first.",
                fix="Call fit on the training rows, and use this same scaler for test rows and predictions.",
                fixed_code="scaler = MinMaxScaler().fit(train)\ntest = scaler.transform(test)",
                pitfall="scaler-leak",
                confidence=0.96,
            )
        ),
    ),
    (
        r"feature names should match those that were passed during fit|does not have valid feature names|Feature "
        r"names (?:unseen|must be)",
        worded(
            Diagnosis(
                key="scaler-names",
                title="The columns have other names or another order than in fit",
                explanation="The scaler was fitted on a table with named columns, and this one has others, or the same "
                "in another order.",
                axis="axis F of the table",
                fix="Choose the same columns in the same order: table[list(scaler.feature_names_in_)].",
                fixed_code="scaled = scaler.transform(table[list(scaler.feature_names_in_)])",
                pitfall="scaler-columns",
            )
        ),
    ),
    (
        r"could not convert string to float: (?P<text>.{0,40})",
        worded(
            Diagnosis(
                key="text-column",
                title="A column holds text where numbers are expected",
                explanation="The value «text» cannot be read as a number: a date, a name, a number with a comma, or "
                "the header.",
                fix="Choose the columns of numbers, table.select_dtypes('number'), or turn text into class numbers "
                "first.",
                fixed_code="values = table.select_dtypes('number').to_numpy(dtype='float32')",
                confidence=0.9,
            )
        ),
    ),
    (
        r"Input (?:X |y )?contains (?P<what>NaN|infinity)",
        worded(
            Diagnosis(
                key="data-nan",
                title="The data hold «what»",
                explanation="Some cells are empty, or a division made them infinite. A network that gets them has a "
                "loss of NaN.",
                fix="Fill or drop them before scaling: table.dropna(), table.interpolate().",
                fixed_code="table = table.dropna()",
            )
        ),
    ),
    (
        r"Found array with 0 sample\(s\)",
        worded(
            Diagnosis(
                key="data-empty",
                title="There are no rows",
                explanation="The array is empty: a split, a filter or a window left nothing.",
                fix="Print the shape after each step that cuts the data.",
                fixed_code="print(table.shape, train.shape)",
                pitfall="window-off-by-one",
                confidence=0.85,
            )
        ),
    ),
    (rf"cannot reshape array of size (?P<count>\d+) into shape {shape_as('shape')}", _reshape),
)
