"""Losses that accept what was not meant."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from lstm_viz.audit.evidence import Evidence
from lstm_viz.audit.findings import Finding
from lstm_viz.seen import Call, Seen

_CROSS = {"CrossEntropyLoss": "logits", "cross_entropy": "logits", "NLLLoss": "logs", "nll_loss": "logs"}
_CROSS |= {"nll_loss_nd": "logs", "cross_entropy_loss": "logits"}
_LOGITS = {"BCEWithLogitsLoss", "binary_cross_entropy_with_logits"}
_ELEMENTWISE = {
    *("MSELoss", "L1Loss", "SmoothL1Loss", "HuberLoss", "GaussianNLLLoss", "PoissonNLLLoss", "KLDivLoss"),
    *("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss", "sub", "rsub", "mul", "add", "div", "pow", "__rsub__"),
    *("BCELoss", "BCEWithLogitsLoss", "binary_cross_entropy", "binary_cross_entropy_with_logits"),
}
_MOVED = (
    "View",
    "Reshape",
    "Squeeze",
    "Unsqueeze",
    "Transpose",
    "Permute",
    "Slice",
    "Select",
    "Clone",
    "ToCopy",
    "Alias",
    "TBackward",
)


def losses(evidence: Evidence) -> Iterator[Finding]:
    """What the loss was given, and what it makes of it."""
    if evidence.loss is None:
        evidence.not_checked.append("The loss: pass target and loss, as in audit(model, x, y, nn.MSELoss()).")
        return
    capture = evidence.run.capture
    y = evidence.run.y
    target = evidence.target
    found: list[Finding] = []
    if y is not None and isinstance(target, Tensor):
        found += _zero_dimensional(y, target, evidence)
    calls = capture.calls[capture.forward :]
    for call in calls:
        if len(call.inputs) < 2:
            continue
        if not any(finding.key == "target-0d" for finding in found):
            found += list(_broadcast(call, evidence))
        if call.name in _CROSS:
            found += list(_cross_entropy(call, evidence))
        if call.name in _LOGITS and "Sigmoid" in _made_by(evidence.run.recorder.tensors.get(call.inputs[0].index)):
            found.append(_sigmoid_twice(call, evidence))
    if capture.error is not None and not found:
        found += list(_raised(evidence))
    yield from found


def _zero_dimensional(y: Seen, target: Tensor, evidence: Evidence) -> list[Finding]:
    classes = any(call.name in _CROSS for call in evidence.run.capture.calls[evidence.run.capture.forward :])
    raised = evidence.run.capture.error is not None
    if target.ndim or not y.shape or (classes and not raised and len(y.shape) == 1):
        return []
    return [
        Finding(
            "target-0d",
            "The target has lost its axis of samples",
            f"The prediction is {tuple(y.shape)}, and the target has no axis at all: {tuple(target.shape)}.",
            "squeeze() takes away every axis of one, the batch's too where it holds one sample: the target is then "
            "compared "
            "with every number of the prediction.",
            "target = target.squeeze(-1)  # name the axis: (B, 1) → (B,), whatever B is",
            "cross-entropy-0d-target" if classes else "squeeze-batch-of-one",
        )
    ]


def _broadcast(call: Call, evidence: Evidence) -> Iterator[Finding]:
    """Both sides grow: (N, 1) against (N,) is (N, N)."""
    if call.name not in _ELEMENTWISE:
        return
    one, other = tuple(call.inputs[0].shape), tuple(call.inputs[1].shape)
    if one == other or 0 in (*one, *other):
        return
    try:
        both = tuple(torch.empty(one, device="meta").add(torch.empty(other, device="meta")).shape)
    except RuntimeError:
        return
    count = torch.Size(both).numel()
    if count <= max(torch.Size(one).numel(), torch.Size(other).numel()):
        return
    loss = call.kind == "module" or "loss" in call.name or "entropy" in call.name
    squeezed = "prediction.squeeze(-1), target" if len(one) > len(other) else "prediction, target.squeeze(-1)"
    fix = f"loss_fn({squeezed})  # both {min(one, other, key=len)}"
    if len(one) == len(other):
        fix = "loss_fn(prediction, target.view_as(prediction))"
    yield Finding(
        "mse-broadcast" if loss else "mse-broadcast-by-hand",
        "Every prediction is compared with every target",
        f"{evidence.expression(call)}: {one} against {other} is broadcast to {both}, {count:,} differences instead of "
        f"{max(torch.Size(one).numel(), torch.Size(other).numel()):,}.",
        "The least such loss is reached by predicting the mean of all targets for everything: the network learns "
        "nothing else.",
        fix,
        "mse-broadcast" if loss else "mse-broadcast-by-hand",
    )


def _cross_entropy(call: Call, evidence: Evidence) -> Iterator[Finding]:
    scores, target = call.inputs[0], call.inputs[1]
    live = evidence.run.recorder.tensors.get(scores.index)
    axes = evidence.reading.of(evidence.run, scores)
    shape = tuple(scores.shape)
    place = 1 if len(shape) > 1 else 0
    if len(shape) >= 3 and axes[1].symbols in (("T",), ("B",)):
        letter = axes[1].symbols[0]
        yield Finding(
            "cross-entropy-time-is-classes",
            f"Cross-entropy takes the {'steps' if letter == 'T' else 'samples'} for classes",
            f"The scores are ({', '.join(map(str, axes))}) {shape}, the target {tuple(target.shape)}: cross-entropy "
            "reads axis 1, "
            f"{letter} = {shape[1]}, as the classes, and axis {len(shape) - 1} as steps. It runs because both are "
            f"{shape[-1]}.",
            "The scores of one class over time are made to add up to one. It raises as soon as T and C differ.",
            "loss_fn(prediction.flatten(0, 1), target.flatten())  # (B·T, C) and (B·T,)\n"
            "# or loss_fn(prediction.transpose(1, 2), target)      # (B, C, T) and (B, T)",
            "cross-entropy-time-is-classes",
        )
        return
    if live is None:
        return
    values = live.detach()
    classes = shape[place] if shape else 0
    if classes < 2:
        yield _one_class(call, evidence, shape)
        return
    sums = values.sum(dim=place)
    logs = _CROSS[call.name] == "logs"
    if bool((values >= 0).all()) and torch.allclose(sums, torch.ones_like(sums), atol=1e-4):
        yield _softmax_before(call, evidence, logs, values)
    elif logs and not torch.allclose(values.logsumexp(dim=place), torch.zeros_like(sums), atol=1e-3):
        yield Finding(
            "nll-without-log-softmax",
            "NLLLoss is given scores that are no log-probabilities",
            f"{evidence.expression(call)}: the exponentials of a row add up to "
            f"{float(values.exp().sum(dim=place).flatten()[0]):.3g}, not to 1.",
            "The loss can then fall without end by making all scores larger, and means nothing.",
            "nn.CrossEntropyLoss()(scores, target)  # or NLLLoss of scores.log_softmax(dim=-1)",
            "softmax-before-cross-entropy",
        )
    yield from _classes(evidence, evidence.run.recorder.tensors.get(target.index), shape, place)


def _softmax_before(call: Call, evidence: Evidence, logs: bool, values: Tensor) -> Finding:
    classes = values.shape[1 if values.ndim > 1 else 0]
    least = float(torch.log(torch.tensor(1 + (classes - 1) * torch.e**-1)))
    what = (
        "NLLLoss wants logarithms of probabilities"
        if logs
        else "cross-entropy takes the softmax itself, of what is one already"
    )
    return Finding(
        "softmax-before-cross-entropy",
        "Softmax before " + ("NLLLoss" if logs else "cross-entropy"),
        f"{evidence.expression(call)}: each row lies between 0 and 1 and adds up to 1: {what}.",
        f"With {classes} classes the loss cannot fall below {least:.3f}, even where every answer is sure and right, "
        "and its "
        "gradients are small: it learns slowly."
        if not logs
        else (
            "The loss is then the negative mean probability: its gradient does not grow where the answer is badly "
            "wrong."
        ),
        "nn.CrossEntropyLoss()(scores, target)  # the scores as the Linear gives them; softmax only to show "
        "probabilities",
        "softmax-before-cross-entropy",
    )


def _one_class(call: Call, evidence: Evidence, shape: tuple[int, ...]) -> Finding:
    return Finding(
        "cross-entropy-one-class",
        "Cross-entropy of a single class is always zero",
        f"{evidence.expression(call)} is given scores of shape {shape}: one class.",
        "The only class always has probability 1: the loss is 0 and nothing learns.",
        "nn.BCEWithLogitsLoss()(prediction, target.float().view_as(prediction))  # yes or no\n# or Linear(H, C) "
        "with a score for each class",
        "cross-entropy-time-is-classes",
    )


def _classes(evidence: Evidence, target: Tensor | None, shape: tuple[int, ...], place: int) -> Iterator[Finding]:
    if target is None:
        return
    classes = shape[place]
    if target.is_floating_point():
        if (
            tuple(target.shape) == shape
            and bool(((target == 0) | (target == 1)).all())
            and bool((target.sum(dim=place) == 1).all())
        ):
            yield _one_hot(target, shape, place)
        return
    count, largest = target.numel(), int(target.max()) + 1 if target.numel() else classes
    unused = evidence.stepped is not None and evidence.stepped.unused  # then that says what is missing
    if count >= max(2 * classes, 32) and largest * 4 <= classes and not unused:
        yield Finding(
            "too-many-classes",
            f"Scores for {classes} classes, targets of {largest}",
            f"The {count} targets lie between 0 and {largest - 1}; the prediction {shape} has {classes} scores each.",
            "Cross-entropy takes more scores than there are classes without a word: a layer at the end may be missing.",
            f"return self.fc_last(features)  # nn.Linear({classes}, {largest}) as the last layer",
            "weights-unused",
            "suspicious",
        )


def _one_hot(target: Tensor, shape: tuple[int, ...], place: int) -> Finding:
    return Finding(
        "cross-entropy-one-hot",
        "The targets are one-hot vectors and not classes",
        f"The target is {target.dtype} {tuple(target.shape)}, and each row holds a single 1 among {shape[place]} "
        "numbers.",
        "Floating one-hot targets are read as probabilities, which is the same and costs more; as integers they are "
        "refused, and "
        "of three axes the wrong one may be taken for the classes.",
        f"target = target.argmax(dim={place})  # {tuple(s for axis, s in enumerate(shape) if axis != place)}, int64",
        "cross-entropy-one-hot",
        "useless",
    )


def _sigmoid_twice(call: Call, evidence: Evidence) -> Finding:
    return Finding(
        "sigmoid-before-bce-logits",
        "Sigmoid before BCEWithLogitsLoss",
        f"{evidence.expression(call)}: what goes in comes from a sigmoid, and the loss takes the sigmoid itself.",
        "The sigmoid of a number between 0 and 1 lies between 0.5 and 0.73: it can never say no, and learns slowly.",
        "nn.BCEWithLogitsLoss()(scores, target)  # the scores as the Linear gives them",
        "sigmoid-before-bce-logits",
    )


def _made_by(tensor: Tensor | None) -> str:
    """The name of the function that made a tensor's numbers, looking through what only moves them."""
    node = None if tensor is None else tensor.grad_fn
    while node is not None and any(word in node.name() for word in _MOVED):
        node = next((parent for parent, _ in node.next_functions if parent is not None), None)
    return "" if node is None else str(node.name())


def _raised(evidence: Evidence) -> Iterator[Finding]:
    """The loss raised: say why where the target's dtype or shape shows it."""
    error, y, target = evidence.run.capture.error, evidence.run.y, evidence.target
    text = str(error).splitlines()[0] if str(error) else ""
    shape = None if y is None else tuple(y.shape)
    got = f"{target.dtype} {tuple(target.shape)}" if isinstance(target, Tensor) else type(target).__name__
    seen = f"The loss raised {type(error).__name__}: {text} The prediction is {shape}, the target {got}."
    entropy = "cross" in _loss_name(evidence.loss).lower() or "nll" in _loss_name(evidence.loss).lower()
    key, fix = "loss-raises", "diagnose(message)  # explains the message"
    if entropy and isinstance(target, Tensor) and shape is not None:
        if tuple(target.shape) == shape and not target.is_floating_point():
            key, fix = "cross-entropy-one-hot", "target = target.argmax(dim=-1)  # class indices, int64"
        elif target.is_floating_point() or target.dtype != torch.int64:
            key, fix = "cross-entropy-target-dtype", "target = target.long()"
    title = {
        "cross-entropy-one-hot": "The targets are one-hot vectors and not classes",
        "cross-entropy-target-dtype": (
            f"The targets are {target.dtype if isinstance(target, Tensor) else got}, and classes are int64"
        ),
    }.get(key, "The loss refuses this prediction and target")
    pitfall = key if key != "loss-raises" else ""
    yield Finding(key, title, seen, "Training cannot start.", fix, pitfall)


def _loss_name(loss: object) -> str:
    return type(loss).__name__ if isinstance(loss, nn.Module) else getattr(loss, "__name__", "") or ""
