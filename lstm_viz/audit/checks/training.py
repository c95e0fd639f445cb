"""What training steps show: weights that learn nothing, a graph that is cut off, a state that stays."""

from __future__ import annotations

from collections.abc import Iterator

from lstm_viz.audit.dependency import listed
from lstm_viz.audit.evidence import Evidence
from lstm_viz.audit.findings import Finding

_NAMED = 4


def training(evidence: Evidence) -> Iterator[Finding]:
    """Two steps in a row, on a copy."""
    stepped = evidence.stepped
    if stepped is None:
        return
    if stepped.undetached:
        yield Finding(
            "backward-twice",
            "The state is carried with its graph from one batch to the next",
            f'The second training step raised: "{stepped.undetached}"',
            "The second backward pass goes through the first batch again, whose graph is gone. retain_graph=True "
            "would silence it, "
            "and make every step slower than the one before.",
            "self.state = tuple(part.detach() for part in state)  # keep the numbers, cut the graph",
            "backward-twice",
        )
    if stepped.no_graph and stepped.parameters:
        yield Finding(
            "loss-detached",
            "Nothing learns: the graph is cut off before the loss",
            f'backward() raised: "{stepped.no_graph}"',
            "detach(), .data, .item(), numpy, argmax and no_grad all cut the graph: no weight gets a gradient.",
            "loss = loss_fn(prediction.squeeze(-1), target)  # shapes are changed without detach()",
            "loss-detached",
        )
        return
    names = [
        name for name in stepped.unused if not any(name.startswith(f"{path}.") for path in evidence.explained if path)
    ]
    names = [] if "" in evidence.explained else names
    if names:
        layers = list(dict.fromkeys(name.rpartition(".")[0] or name for name in names))
        shown = [*names[:_NAMED], f"{len(names) - _NAMED} more"] if len(names) > _NAMED else names
        yield Finding(
            "weights-unused",
            f"{listed(layers[:_NAMED])} never {'learns' if len(layers) == 1 else 'learn'}",
            f"After a training step {len(names)} of {stepped.parameters} parameters have no gradient: {listed(shown)}.",
            "Nothing that the loss sees comes from them: the layer was made but is not used in forward(), or the "
            "graph is cut "
            "off behind it.",
            f"x = self.{layers[0]}(x)  # use it in forward(), or leave it out",
            "weights-unused",
        )
    if stepped.carries:
        yield from _carried(evidence, stepped.carries)


def _carried(evidence: Evidence, difference: float) -> Iterator[Finding]:
    if evidence.samples is None:
        evidence.not_checked.append(
            'Whether the state may go from one batch to the next: this model carries it. Say samples="independent" '
            'or "continued".'
        )
    elif evidence.samples == "independent":
        yield Finding(
            "state-across-samples",
            "The state of one batch goes into the next, unrelated one",
            f"The same x gives another output after another batch: the largest difference is {difference:.3g}.",
            "What is predicted for a sample depends on the batch that came before, whose samples have nothing to do "
            "with it.",
            "output, _ = self.lstm(x)  # no state: every batch starts from zeros",
            "state-across-samples",
        )
