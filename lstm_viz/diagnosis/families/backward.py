"""Gradients: graphs that were freed, changed or cut, and numbers that left the graph."""

from __future__ import annotations

from collections.abc import Iterator

from lstm_viz.diagnosis.evidence import Evidence
from lstm_viz.diagnosis.finding import Diagnosis
from lstm_viz.diagnosis.rules import SHAPE, Found, rules, shape, worded, written

_CARRIED = """for x, target in loader:
    output, state = lstm(x, state)
    state = tuple(part.detach() for part in state)  # a GRU: state = state.detach()
    loss = criterion(fc(output[:, -1]), target)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()"""


def _in_place(found: Found, seen: Evidence) -> Iterator[Diagnosis]:
    words, sizes = found.string, shape(found, 1) if found[1] is not None else ()
    weight = "which is output" not in words and len(sizes) == 2
    transposed = "AsStridedBackward" in words or "TBackward" in words or "which is output 0 of T" in words
    shown = f" of shape {written(sizes)}" if sizes else ""
    gates = ""
    if weight and sizes[0] % 4 == 0:
        gates = f" {sizes[0]} = 4 · {sizes[0] // 4} is an LSTM's weight with hidden_size {sizes[0] // 4}."
    if weight or transposed:
        text = (
            f"A tensor{shown} that backward() still needs was changed after the forward pass. It is a weight, and "
            f"optimizer.step() changed it:{gates} backward() of this batch goes back into the graph of an earlier one, "
            "whose weights no longer are what they were. So a state was carried from batch to batch with its history, "
            "or retain_graph=True kept an old graph, or one loss is used after step() of another."
        )
        fix = (
            "Detach the state between batches, take retain_graph=True out, and call step() only after all backward() "
            "of the same graph."
        )
        yield _changed(text, fix, _CARRIED, sizes, 0.93)
    else:
        text = (
            f"A tensor{shown} that backward() still needs was changed in place after it was computed: by +=, x[…] = …, "
            "a function with _ at its end, or nn.ReLU(inplace=True) on a layer's output. Assigning into output[:, t] "
            "or into a state in a loop does it."
        )
        fix = (
            "Make a new tensor: x = x + 1 for x += 1; collect steps in a list and torch.stack them; leave inplace out. "
            "If a state is carried "
        )
        fix += "between batches, detach it."
        yield _changed(
            text,
            fix,
            "steps = []\n"
            "for t in range(x.size(1)):\n"
            "    h, c = cell(x[:, t], (h, c))\n"
            "    steps.append(h)\n"
            "output = torch.stack(steps, dim=1)",
            sizes,
            0.92,
        )


def _changed(text: str, fix: str, code: str, sizes: tuple[int, ...], confidence: float) -> Diagnosis:
    return Diagnosis(
        key="backward-in-place",
        title="A tensor that backward() needs was changed",
        explanation=text,
        numbers=tuple((size, "a size of the tensor that was changed") for size in sizes[:3]),
        axis="the values of the tensor named",
        misleading="The traceback ends in backward(); the change is earlier. “version” counts the changes.",
        fix=fix,
        fixed_code=code,
        tells_apart="A shape such as (4·H, F) without a “which is output of” is a weight, changed by optimizer.step(); "
        "else it is an activation, changed in forward(). torch.autograd.set_detect_anomaly(True) shows the line.",
        pitfall="backward-twice",
        confidence=confidence,
    )


RULES = rules(
    (
        r"is a view and is being modified inplace",
        lambda found, seen: [
            _changed(
                "A part of a tensor, as unbind, split or a loop over it give, was changed in place, and the whole is "
                "still needed.",
                "Make new tensors and put them together with torch.stack or torch.cat.",
                "steps = [step * 2 for step in output.unbind(1)]\noutput = torch.stack(steps, dim=1)",
                (),
                0.9,
            )
        ],
    ),
    (
        r"backward through the graph a second time|buffers have already been freed|saved intermediate "
        r"(?:results|values) (?:of the graph )?(?:have already been|are) freed|retain_graph=True",
        worded(
            Diagnosis(
                key="backward-twice",
                title="backward() goes back into a graph that was used up: a state carried from the batch before",
                explanation="Each backward() frees its graph. This one reaches into the graph of an earlier batch: the "
                "state (h_n, c_n) of the batch before went into this forward pass with its history, or was made once "
                "outside the loop; or backward() was called twice on one loss.",
                axis="h_0 and c_0 (their history)",
                misleading="It proposes retain_graph=True, which only hides it: each batch goes back through all "
                "earlier ones, slower and slower, and then fails because the weights have changed.",
                fix="Detach the state between batches, state = tuple(part.detach() for part in state), or start each "
                "batch without a state. Compute the loss anew for each backward().",
                fixed_code=_CARRIED,
                tells_apart="If no state is carried, look for one backward() too many, or for something computed once "
                "before the loop that has weights in it.",
                pitfall="backward-twice",
                confidence=0.97,
            )
        ),
    ),
    (rf"modified by an inplace operation(?::? [\[(]?torch\.(?:cuda\.)?\w+ ?{SHAPE})?", _in_place),
    (
        r"does not require grad and does not have a grad_fn",
        worded(
            Diagnosis(
                key="loss-detached",
                title="The loss has no way back to the weights",
                explanation="Nothing that led to the loss has a gradient: the way was cut by detach(), .data, "
                ".numpy(), .item() or torch.tensor(prediction), by argmax (which has no gradient), or by "
                "torch.no_grad(); or all weights are frozen.",
                axis="the graph between prediction and loss",
                misleading="“element 0 of tensors” is the loss itself.",
                fix="Compute the loss from the model's own output: criterion(prediction.squeeze(1), target), without "
                "detach(), .data, argmax or a new torch.tensor; and not under torch.no_grad().",
                fixed_code="prediction = model(x)\n"
                "loss = criterion(prediction.squeeze(1), target)  # no detach(), no torch.tensor(...)\n"
                "loss.backward()",
                tells_apart="Print prediction.requires_grad after each line: where it turns False the way is cut. "
                "Setting loss.requires_grad = True only hides it.",
                pitfall="loss-detached",
                confidence=0.97,
            )
        ),
    ),
    (
        r"grad can be implicitly created only for scalar outputs",
        worded(
            Diagnosis(
                key="backward-not-scalar",
                title="backward() was called on many numbers; a loss is one",
                explanation="The loss has more than one number: reduction='none', or the model's output itself. With "
                "DataParallel there is one loss for each GPU.",
                axis="the axes of the loss",
                fix="Make it one number: loss.mean().backward().",
                fixed_code="loss = criterion(prediction, target).mean()\nloss.backward()",
                confidence=0.95,
            )
        ),
    ),
    (
        r"leaf Variable that requires grad (?:is being used in an|has been used in an) in-place operation",
        worded(
            Diagnosis(
                key="leaf-in-place",
                title="A weight was changed in place",
                explanation="A parameter, or a tensor with requires_grad=True, was changed by +=, copy_ or x[…] = … "
                "while gradients are recorded. A state made with requires_grad=True does not need it.",
                axis="the tensor that is changed",
                fix="Change weights under torch.no_grad(). Leave requires_grad out of states and inputs.",
                fixed_code="with torch.no_grad():\n    lstm.weight_ih_l0.copy_(weights)",
                confidence=0.92,
            )
        ),
    ),
    (
        r"appears to not have been used in the graph|did not receive grad|unused parameters|Expected to have finished "
        r"reduction",
        worded(
            Diagnosis(
                key="weights-unused",
                title="Some weights had no part in the loss",
                explanation="A layer was made and never called, or its result was overwritten: its weights get no "
                "gradient.",
                fix="Call the layer in forward(), or take it out.",
                fixed_code="unused = [name for name, weight in model.named_parameters() if weight.grad is None]",
                pitfall="weights-unused",
                confidence=0.85,
            )
        ),
    ),
    (
        r"support the deepcopy protocol",
        worded(
            Diagnosis(
                key="deepcopy-graph",
                title="A tensor with history cannot be copied",
                explanation="The model (or a dictionary) holds a tensor that came out of a forward pass, such as "
                "self.hidden.",
                fix="Keep states detached, self.hidden = h_n.detach(), or do not keep them in the model.",
                fixed_code="self.hidden = tuple(part.detach() for part in state)",
                pitfall="backward-twice",
            )
        ),
    ),
    (
        r"optimizer got an empty parameter list",
        worded(
            Diagnosis(
                key="optimizer-empty",
                title="The model has no weights that the optimizer can see",
                explanation="Layers were kept in a plain Python list or dict, or made in forward(), or never set as "
                "attributes.",
                fix="Make layers in __init__ as self.lstm = …, and keep several in nn.ModuleList.",
                fixed_code="self.layers = nn.ModuleList([nn.LSTMCell(F, H), nn.LSTMCell(H, H)])",
                pitfall="weights-unused",
            )
        ),
    ),
    (
        r"'(?P<kind>\w+)' object is not iterable",
        worded(
            Diagnosis(
                key="not-iterable",
                title="A «kind» was gone through like a list",
                explanation="A «kind» is one thing. An optimizer wants model.parameters(), not the model; a loop over "
                "a Dataset needs __getitem__ and __len__; a forward() without return gives None, which cannot be "
                "unpacked.",
                fix="Hand the optimizer model.parameters(); let forward() return its result.",
                fixed_code="optimizer = torch.optim.Adam(model.parameters())",
                confidence=0.7,
            )
        ),
    ),
    (
        r"can't optimize a non-leaf Tensor|grad attribute of a Tensor that is not a leaf",
        worded(
            Diagnosis(
                key="not-a-leaf",
                title="The tensor was computed, it is no weight of its own",
                explanation="Only tensors that you made yourself (leaves) are optimized and keep a .grad; .to(device) "
                "or arithmetic on one makes a new tensor.",
                fix="Make it on the device, then set requires_grad_(); or use nn.Parameter. For a look at a gradient "
                "call retain_grad().",
                fixed_code="h_0 = nn.Parameter(torch.zeros(1, 1, hidden_size))",
                confidence=0.85,
            )
        ),
    ),
    (
        r"lr_scheduler\.step\(\)` before `?optimizer\.step",
        worded(
            Diagnosis(
                key="scheduler-order",
                title="The scheduler stepped before the optimizer",
                explanation="scheduler.step() belongs after optimizer.step(); else the first learning rate is left "
                "out.",
                fix="Call optimizer.step() in each batch, and scheduler.step() after it.",
                fixed_code="optimizer.step()\nscheduler.step()",
            )
        ),
    ),
)
