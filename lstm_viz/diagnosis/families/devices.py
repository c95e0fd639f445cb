"""Tensors that are on different devices, and what a GPU says when it stops."""

from __future__ import annotations

from collections.abc import Iterator

from lstm_viz.diagnosis.evidence import Evidence
from lstm_viz.diagnosis.finding import Diagnosis
from lstm_viz.diagnosis.rules import Found, rules, worded

_MOVE = "device = next(model.parameters()).device\nx, target = x.to(device), target.to(device)"


def _hidden(found: Found, seen: Evidence) -> Iterator[Diagnosis]:
    x, hidden = found["x"], found["hidden"]
    yield Diagnosis(
        key="device-hidden",
        title="The initial state is on another device than x",
        explanation=f"x is on {x}, and the state (h_0, c_0) is on {hidden}. torch.zeros and torch.randn make a tensor "
        "on the CPU unless told otherwise, and model.to(device) does not move a state that is no parameter.",
        axis="the device of h_0 and c_0",
        fix="Make the state where x is: torch.zeros(..., device=x.device), or x.new_zeros(...); or pass no state, it "
        "is zeros then.",
        fixed_code="h_0 = torch.zeros(num_layers, x.size(0), hidden_size, device=x.device)\n"
        "c_0 = torch.zeros_like(h_0)",
        pitfall="device-hidden-state",
        confidence=0.97,
    )


def _parameters(found: Found, seen: Evidence) -> Iterator[Diagnosis]:
    yield _input(found["x"], found["weight"], 0.96)


def _input(x: str, weight: str, confidence: float) -> Diagnosis:
    return Diagnosis(
        key="device-input",
        title="x and the model's weights are on different devices",
        explanation=f"x is on {x or 'one device'}, the weights are on {weight or 'another'}. model.to(device) moves "
        "the model in place; x.to(device) returns a new tensor and leaves x where it is.",
        axis="the device of x",
        misleading=""
        if x
        else "The argument's name is a matrix of the layer: 'mat1' and 'self' are what goes in, 'mat2' and 'weight' "
        "the layer's.",
        fix="Move both to one device: model.to(device), and x = x.to(device) for each batch, with the result taken.",
        fixed_code=_MOVE,
        tells_apart="If x and the model agree, it is something made inside forward(): torch.zeros, a mask, positions. "
        "A layer in a plain Python list is not moved with the model: use nn.ModuleList.",
        pitfall="device-input",
        confidence=confidence,
    )


def _two_devices(found: Found, seen: Evidence) -> Iterator[Diagnosis]:
    """Which argument of which operation is named says whose tensor it is."""
    words = found.string.lower()
    if any(word in words for word in ("argument hx", "'hx'", "hidden", "'cx'")):
        yield _hidden_unnamed(0.95)
        yield _input("", "", 0.6)
    elif any(word in words for word in ("argument target", "'target'", "nll_loss", "cross_entropy")):
        yield _target(0.95)
        yield _input("", "", 0.5)
    elif any(word in words for word in ("index_select", "embedding", "argument index", "'index'", "indices")):
        yield Diagnosis(
            key="device-indices",
            title="The token ids are on another device than the embedding",
            explanation="The operation is the look-up of nn.Embedding: its weights are on one device, and the indices, "
            "your x, on the other.",
            axis="the device of x",
            fix="Move x to the model's device before the model: x = x.to(device), with the result taken.",
            fixed_code=_MOVE,
            pitfall="device-input",
            confidence=0.94,
        )
    else:
        yield _input("", "", 0.9)
        yield _hidden_unnamed(0.7 if seen.has("hidden", "h_0", "h0", "init_hidden") else 0.5)


def _hidden_unnamed(confidence: float) -> Diagnosis:
    return next(_hidden_words("the GPU", "the CPU", confidence))


def _hidden_words(x: str, hidden: str, confidence: float) -> Iterator[Diagnosis]:
    yield Diagnosis(
        key="device-hidden",
        title="The initial state is on another device than x",
        explanation=f"x is on {x}, the state on {hidden}. torch.zeros makes a CPU tensor unless told otherwise, and "
        "model.to(device) does not move a state that is no parameter.",
        axis="the device of h_0 and c_0",
        fix="Make the state where x is: x.new_zeros(...), or torch.zeros(..., device=x.device).",
        fixed_code="h_0 = x.new_zeros(num_layers, x.size(0), hidden_size)\nc_0 = torch.zeros_like(h_0)",
        tells_apart="It is this if forward() makes states with torch.zeros; else x itself was not moved.",
        pitfall="device-hidden-state",
        confidence=confidence,
    )


def _target(confidence: float) -> Diagnosis:
    return Diagnosis(
        key="device-target",
        title="The target is on another device than the prediction",
        explanation="The model and x were moved, the target of the loss was not (or the class weights of the loss).",
        axis="the device of the target",
        fix="Move it: target = target.to(device); class weights with criterion.to(device).",
        fixed_code=_MOVE,
        pitfall="device-input",
        confidence=confidence,
    )


_DEVICE = r"(?P<{0}>(?:cpu|cuda|meta|mps|xpu)(?::\d+)?)"

RULES = rules(
    (
        rf"Input and hidden tensors are not at the same device, found input tensor at {_DEVICE.format('x')} and "
        rf"hidden tensor at {_DEVICE.format('hidden')}",
        _hidden,
    ),
    (
        rf"Input and parameter tensors are not at the same device, found input tensor at {_DEVICE.format('x')} and "
        rf"parameter tensor at {_DEVICE.format('weight')}",
        _parameters,
    ),
    (
        r"same device, but found at least two devices|Expected object of (?:device type|backend) \w+ but got (?:device "
        r"type|backend) \w+"
        r"|arguments are located on different GPUs|is not on the expected device|device \S{1,12} does not equal|found "
        r"one of them on device|expected CPU tensor|"
        r"expected type torch\.cuda\.\w+ but got|"
        r"Expected tensor .{0,60}backend"
        r"|Input, output and indices must be on the current device|tensors? .{0,40}on (?:the )?same (?:GPU|device)",
        _two_devices,
    ),
    (
        r"Input type \((?:torch\.)?(?P<x>(?:cuda\.)?\w+)\) and (?P<what>weight|bias|hidden) type "
        r"\((?:torch\.)?(?P<weight>(?:cuda\.)?\w+)\) should be the same",
        lambda found, seen: (
            [
                _input(
                    "the GPU" if "cuda" in found["x"] else "the CPU",
                    "the GPU" if "cuda" in found["weight"] else "the CPU",
                    0.96,
                )
            ]
            if "cuda" in found[0]
            else []
        ),
    ),
    (
        r"can't convert (?P<device>cuda\S*|meta|mps\S*) (?:device type )?tensor to numpy",
        worded(
            Diagnosis(
                key="device-numpy",
                title="numpy cannot read a tensor on the GPU",
                explanation="The tensor is on «device»; numpy, scikit-learn and matplotlib read the CPU's memory only.",
                axis="the device of the tensor",
                fix="tensor.detach().cpu().numpy().",
                fixed_code="values = prediction.detach().cpu().numpy()",
                pitfall="device-input",
                confidence=0.97,
            )
        ),
    ),
    (
        r"indices should be either on cpu or on the same device",
        worded(
            Diagnosis(
                key="device-indexing",
                title="An index is on the GPU, and what it indexes on the CPU",
                explanation="A tensor on the CPU was indexed by a tensor on the GPU.",
                axis="the device of the indexed tensor",
                fix="Bring both to one device.",
                fixed_code="picked = table.to(index.device)[index]",
                pitfall="device-input",
            )
        ),
    ),
    (
        r"Torch not compiled with CUDA enabled|torch\.cuda\.is_available\(\) is False|No CUDA GPUs are "
        r"available|Found no NVIDIA driver",
        worded(
            Diagnosis(
                key="device-no-cuda",
                title="A GPU was asked for, and there is none that this PyTorch can use",
                explanation="The code says cuda, or a checkpoint was saved on a GPU, and this machine or this build of "
                "PyTorch has none.",
                fix="Choose the device by what there is, and load with map_location.",
                fixed_code='device = torch.device("cuda" if torch.cuda.is_available() else "cpu")\n'
                'model.load_state_dict(torch.load("model.pt", map_location=device))',
                pitfall="device-input",
                confidence=0.96,
            )
        ),
    ),
    (
        r"out of memory",
        worded(
            Diagnosis(
                key="device-memory",
                title="The GPU's memory is full",
                explanation="Memory grows with batch, steps and hidden size (B·T·H for each layer), and with every "
                "graph that is kept: a loss added up as a tensor, a state carried from batch to batch without "
                "detach().",
                fix="Make the batch or the sequences smaller; add up loss.item(), not loss; detach a carried state; "
                "use torch.no_grad() for evaluation.",
                fixed_code="total += loss.item()\nstate = tuple(part.detach() for part in state)",
                tells_apart="If it comes after many batches, graphs are kept; if it comes at once, it is the sizes.",
                pitfall="backward-twice",
                confidence=0.85,
            )
        ),
    ),
    (
        r"weights are not part of single contiguous chunk",
        worded(
            Diagnosis(
                key="weights-not-contiguous",
                title="The layer's weights no longer lie in one piece",
                explanation="cuDNN wants all weights of an LSTM in one piece of memory. After a copy, DataParallel or "
                "a move they lie apart, and are put together at every call: slower, not wrong.",
                misleading="It is a warning on speed and memory; the results are right.",
                fix="Call self.lstm.flatten_parameters() at the beginning of forward().",
                fixed_code="def forward(self, x):\n"
                "    self.lstm.flatten_parameters()\n"
                "    output, (h_n, c_n) = self.lstm(x)",
                confidence=0.95,
            )
        ),
    ),
    (
        r"cudnn RNN backward can only be called in training mode",
        worded(
            Diagnosis(
                key="cudnn-eval",
                title="backward() through an LSTM that is in eval mode",
                explanation="On a GPU an LSTM keeps what backward() needs only in training mode.",
                fix="Call model.train() before the forward pass whose loss goes backwards.",
                fixed_code="model.train()\nloss = criterion(model(x), target)\nloss.backward()",
                pitfall="eval-forgotten",
            )
        ),
    ),
    (
        r"(?:hx|input|rnn: \w+) is not contiguous",
        worded(
            Diagnosis(
                key="state-not-contiguous",
                title="The state was turned and does not lie in one piece",
                explanation="A transposed or sliced state has its numbers in another order in memory, and the GPU's "
                "LSTM wants them in one piece.",
                axis="h_0 and c_0",
                fix="Add .contiguous() after transpose, permute or a slice of the state.",
                fixed_code="h_0 = state.transpose(0, 1).contiguous()  # (B, L·D, H) to (L·D, B, H)",
                pitfall="view-not-contiguous",
            )
        ),
    ),
    (
        r"illegal memory access|CUDNN_STATUS_(?P<status>\w+)|CUBLAS_STATUS_(?P<status2>\w+)",
        worded(
            Diagnosis(
                key="gpu-library",
                title="A GPU library gave up; the cause lies before it",
                explanation="cuDNN and cuBLAS report what went wrong only as a status. Behind it: an index out of "
                "range in an Embedding or a loss, too little memory, wrong sizes, or an input that is not contiguous.",
                misleading="The line of the traceback is not the line at fault: the GPU works behind Python.",
                fix="Run it once on the CPU: the message there names the cause. Or set CUDA_LAUNCH_BLOCKING=1.",
                fixed_code='model, x = model.to("cpu"), x.to("cpu")\nmodel(x)  # says what is wrong',
                pitfall="embedding-index-range",
                confidence=0.7,
            )
        ),
    ),
)
