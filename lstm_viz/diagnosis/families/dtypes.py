"""dtypes that do not go together: float64 from numpy, integers for numbers, floats for indices."""

from __future__ import annotations

from collections.abc import Iterator

from lstm_viz.diagnosis.evidence import Evidence
from lstm_viz.diagnosis.finding import Diagnosis
from lstm_viz.diagnosis.rules import Found, cast, dtype, rules

_WHOLE = frozenset({"int64", "int32", "int16", "int8", "uint8", "bool"})
_HALF = frozenset({"float16", "bfloat16"})
_TARGETS = ("target", "nll_loss", "thnn_conv", "crossentropy", "cross_entropy", "classnll", "argument #2 'target'")


def _matrices(found: Found, seen: Evidence) -> Iterator[Diagnosis]:
    """Input first, weight second, in torch's order; the float32 one is the weight."""
    first, second = dtype(found["first"]), dtype(found["second"])
    given, weight = (second, first) if first == "float32" and second not in _HALF else (first, second)
    yield _input(given, weight, "the input of the layer", 0.94)


def _input(given: str, weight: str, what: str, confidence: float) -> Diagnosis:
    if given in _WHOLE:
        return Diagnosis(
            key="input-integers",
            title="The layer got whole numbers; its weights are float",
            explanation=f"{what} is {given}, the weights are {weight}. Integers come from torch.tensor([1, 2]), "
            "randint, or token ids.",
            axis=f"the dtype of {what}",
            misleading="Converting the model to integers, as it may offer, cannot work: weights are fractions.",
            fix="Numbers: x.float(). Token ids: send them through nn.Embedding first, which takes int64 and gives "
            "float.",
            fixed_code="output, h_n = lstm(x.float())\n# token ids:\noutput, h_n = lstm(embedding(tokens))",
            tells_apart="Whether they are measurements (float) or the numbers of words (Embedding) only you know.",
            pitfall="input-integers",
            confidence=confidence,
        )
    if given in _HALF or weight in _HALF:
        return Diagnosis(
            key="input-half",
            title="Half precision meets full precision",
            explanation=f"{what} is {given}, the weights are {weight}: one of them was converted with half() or under "
            "autocast.",
            axis=f"the dtype of {what}",
            fix=f"Bring both to one dtype: x{cast(weight)} before the layer, or convert neither by hand and use "
            "torch.autocast.",
            fixed_code=f"output, h_n = lstm(x{cast(weight)})",
            pitfall="input-double",
            confidence=confidence,
        )
    return Diagnosis(
        key="input-double",
        title="float64 data meets float32 weights",
        explanation=f"{what} is {given}, the weights are {weight}. Arrays of numpy and pandas are float64, and "
        "torch.from_numpy keeps that; the weights of a model are float32.",
        axis=f"the dtype of {what}",
        misleading="It offers to convert the model; convert the data, float64 is twice as slow for nothing.",
        fix=f"Convert the data once: x{cast(weight)}, or array.astype(np.float32) before torch.from_numpy. The initial "
        "state and the target must have the same dtype.",
        fixed_code=f"x = torch.from_numpy(array){cast(weight)}\noutput, h_n = lstm(x)",
        tells_apart="If x is float32 already, look at the initial state: it is converted apart.",
        pitfall="input-double",
        confidence=confidence,
    )


def _expected_found(found: Found, seen: Evidence) -> Iterator[Diagnosis]:
    """expected scalar type X but found Y, in all its wordings: what X is says which tensor is meant."""
    wanted, given = dtype(found["wanted"]), dtype(found["given"])
    argument = (found.groupdict().get("argument") or "").lower()
    target = any(word in found.string.lower() for word in _TARGETS) or argument == "target"
    if argument in ("indices", "index") or "embedding" in found.string.lower():
        yield embedding(given, 0.96)
    elif (
        wanted == "int64"
        and given in ("float32", "float64", "int32", "int16", "uint8", "bool")
        and (target or given != "float32")
    ):
        yield class_target(given, 0.93)
    elif wanted == "int64" and given == "float32":
        layer = seen.code.recurrent is not None and not seen.has("crossentropy", "nllloss", "cross_entropy", "nll_loss")
        if layer or seen.has("rnn.py", "linear.py", "mat1", "addmm", "_vf.lstm"):
            yield _input("int64", "float32", "x", 0.93)
        else:
            yield class_target(given, 0.8)
            yield _input("int64", "float32", "x", 0.78)
    elif wanted in ("float32", "float64") and given in _WHOLE:
        if target or seen.has("mse", "bce", "l1loss"):
            yield _numbers_target(given, 0.93)
        else:
            yield _input(given, wanted, "x", 0.92)
            yield _numbers_target(given, 0.6)
    elif {wanted, given} == {"float32", "float64"}:
        if target or seen.has("backward()", "mse_loss", "mseloss"):
            yield _double_target(given, 0.93)
            yield _input("float64", "float32", "x", 0.7)
        else:
            yield _input("float64", "float32", "x", 0.93)
            yield _double_target("float64", 0.5)
    else:
        yield _input(given, wanted, "x", 0.85)


def _backward(found: Found, seen: Evidence) -> Iterator[Diagnosis]:
    """Found dtype Double but expected Float: in the loss, forwards or backwards."""
    yield _double_target(dtype(found["given"]), 0.95)


def class_target(given: str, confidence: float) -> Diagnosis:
    """A class target that is not int64."""
    floats = given.startswith("float")
    return Diagnosis(
        key="class-target-dtype",
        title="Cross-entropy wants class numbers as int64",
        explanation=f"The target is {given}; class numbers must be int64 (Long). "
        + (
            "Labels become float in a table, by torch.Tensor(...) or by float() on everything."
            if floats
            else "numpy gives int32 on Windows, and tables hold smaller integers."
        ),
        axis="the dtype of the target",
        misleading="It does not name the target; the scores are to stay float.",
        fix="Convert the target: target.long(). If it holds measurements and no classes, use MSELoss.",
        fixed_code="loss = criterion(scores, target.long())  # (N,) of int64",
        tells_apart="If the traceback ends in the layer and not in the loss, it is x that holds integers: x.float().",
        pitfall="cross-entropy-target-dtype",
        confidence=confidence,
    )


def _numbers_target(given: str, confidence: float) -> Diagnosis:
    return Diagnosis(
        key="loss-integer-target",
        title="The loss got a target of whole numbers; it wants float",
        explanation=f"The target is {given}, the prediction float32. MSE, L1 and BCE compare numbers of one dtype.",
        axis="the dtype of the target",
        fix="Convert the target: target.float(). For several classes use CrossEntropyLoss, which wants int64.",
        fixed_code="loss = criterion(prediction, target.float())",
        pitfall="bce-target-integers",
        confidence=confidence,
    )


def _double_target(given: str, confidence: float) -> Diagnosis:
    return Diagnosis(
        key="loss-double-target",
        title="The target is float64, the prediction float32",
        explanation=f"One side of the loss is {given}. Targets from numpy and pandas are float64; the loss becomes "
        "float64 with them, and going backwards meets float32 weights.",
        axis="the dtype of the target",
        misleading="It comes up in the loss or in backward(), and the dtype was set where the data were loaded.",
        fix="Convert the target where it is made: torch.from_numpy(y).float(); x as well.",
        fixed_code="loss = criterion(prediction, target.float())",
        tells_apart="If the traceback ends in the layer, it is x: x.float().",
        pitfall="input-double",
        confidence=confidence,
    )


def embedding(given: str, confidence: float) -> Diagnosis:
    """Indices that are no integers."""
    return Diagnosis(
        key="embedding-float",
        title="The embedding got indices that are no integers",
        explanation=f"nn.Embedding looks rows up by whole numbers, int64 or int32; it got {given}. Token ids became "
        f"{given} in a table, by torch.Tensor(...) or torch.FloatTensor, or by float() on everything; or the data are "
        "measurements, for which there is no embedding.",
        axis="the dtype of the indices",
        misleading="'indices' is your x; nothing is wrong with the embedding's weights.",
        fix="Keep token ids whole: x.long(), torch.tensor(ids) instead of torch.Tensor(ids). Measurements go to the "
        "LSTM without an Embedding.",
        fixed_code="embedded = embedding(x.long())  # (B, T) of int64 to (B, T, E)",
        pitfall="embedding-float",
        confidence=confidence,
    )


def _not_implemented(found: Found, seen: Evidence) -> Iterator[Diagnosis]:
    kernel, given = found["kernel"].lower(), dtype(found["given"])
    if "nll" in kernel:
        yield class_target(given, 0.95)
    elif "softmax" in kernel:
        yield Diagnosis(
            key="scores-integers",
            title="Softmax or cross-entropy got whole numbers as scores",
            explanation=f"The scores are {given}. Scores are the raw outputs of the last layer, float. Whole numbers "
            "come from argmax, or prediction and target were handed over in the wrong order.",
            axis="the first argument of the loss",
            fix="Hand over the raw scores first and the labels second: criterion(scores, target). Take argmax only to "
            "show a prediction.",
            fixed_code="loss = criterion(scores, target)  # scores (N, C) float, target (N,) int64",
            pitfall="cross-entropy-target-dtype",
            confidence=0.93,
        )
    elif any(word in kernel for word in ("mse", "smooth_l1", "huber", "l1", "binary_cross")):
        yield _numbers_target(given, 0.93)
    else:
        yield _input(given, "float32", "the input", 0.85)


RULES = rules(
    (
        r"dtype \((?:torch\.)?(?P<given>\w+)\) does not match weight dtype "
        r"\((?:torch\.)?(?P<weight>\w+)\)",
        lambda found, seen: [_input(dtype(found["given"]), dtype(found["weight"]), "x", 0.97)],
    ),
    (r"mat1 and mat2 (?:must|to) have the same dtype,? but got:? (?P<first>\w+) (?:and|!=) (?P<second>\w+)", _matrices),
    (
        r"expected (?:m1 and m2|mat1 and mat2|both\w*|\w+ and \w+) to have the same dtype, but got:? (?P<first>\w+) "
        r"(?:and|!=) (?P<second>\w+)",
        _matrices,
    ),
    (
        r"Input and (?P<what>hidden|parameter) tensors are not the same dtype, found input tensor with (?P<given>\w+) "
        r"and "
        r"(?:hidden|parameter) tensor with (?P<weight>\w+)",
        lambda found, seen: [
            _input(dtype(found["weight"]), dtype(found["given"]), "the initial state (h_0, c_0)", 0.96)
            if found["what"].lower() == "hidden" and dtype(found["given"]) == "float32"
            else _input(dtype(found["given"]), dtype(found["weight"]), "x", 0.96)
        ],
    ),
    (
        r"get_mkldnn_dtype: unsupported data type|unsupported data ?type.{0,40}mkldnn",
        lambda found, seen: [_input("float64", "float32", "the initial state (or x)", 0.9)],
    ),
    (
        r"Expected tensor for argument #(?P<place>\d) '(?P<argument>indices|index)' to have .{0,60}?(?:but got|got) "
        r"(?:torch\.)?(?:cuda\.)?(?:CPU|CUDA)?(?P<given>\w+?)(?:Tensor|Type)? instead",
        lambda found, seen: [embedding(dtype(found["given"]), 0.97)],
    ),
    (
        r"Expected (?:object|tensor) (?:of|to have) (?:scalar )?type "
        r"(?:Variable\[)?(?:torch\.)?(?:cuda\.)?(?P<wanted>[A-Za-z]+?)(?:Tensor)?\]? but (?:found|got) "
        r"(?:scalar )?type (?:Variable\[)?(?:torch\.)?(?:cuda\.)?(?P<given>[A-Za-z]+?)(?:Tensor)?\]? for "
        r"(?:argument|sequence element|position) #?(?P<place>\d+)"
        r"(?: '(?P<argument>\w+)')?",
        _expected_found,
    ),
    (
        r"expected (?:scalar type|target dtype to be|dtype) (?:torch\.)?(?P<wanted>\w+?)(?:Tensor)?(?: or Byte)?,? but "
        r"(?:found|got) "
        r"(?:scalar type |dtype )?(?:torch\.)?(?P<given>\w+)(?P<argument>)",
        lambda found, seen: (
            [class_target(dtype(found["given"]), 0.97)]
            if "target dtype" in found[0].lower()
            else list(_expected_found(found, seen))
        ),
    ),
    (r"Found dtype (?P<given>Double|Float|Half) but expected (?P<wanted>Float|Double|Half)", _backward),
    (r"\"(?P<kernel>\w{1,80})\" not implemented for '(?:torch\.)?(?P<given>\w{1,20})'", _not_implemented),
    (
        r"Input type \((?:torch\.)?(?P<given>(?!cuda)\w+)(?:Tensor)?\) and (?:weight|bias|hidden) type "
        r"\((?:torch\.)?(?P<weight>(?!cuda)\w+)(?:Tensor)?\) should be the same",
        lambda found, seen: [_input(dtype(found["given"]), dtype(found["weight"]), "x", 0.93)],
    ),
    (
        r"received an invalid combination of arguments - got \(.{0,80}DoubleTensor",
        lambda found, seen: [_input("float64", "float32", "x", 0.85)],
    ),
)
