"""nn.Module itself: forward, attributes, parameters, what a class was made with."""

from __future__ import annotations

from lstm_viz.diagnosis.finding import Diagnosis
from lstm_viz.diagnosis.rules import rules, worded

RULES = rules(
    (
        r"'(?P<kind>LSTM|GRU|RNN|LSTMCell|GRUCell)' object has no attribute '(?P<name>weight|bias)\w{0,20}'",
        worded(
            Diagnosis(
                key="recurrent-weights",
                title="A recurrent layer has several weights: weight_ih_l0, weight_hh_l0 …",
                explanation="«kind» has no single «name». For each layer there are weight_ih_l0 (G·H, F), weight_hh_l0 "
                "(G·H, H) and two biases; with _reverse at the end for the second direction. A cell's have no _l0.",
                fix="Go through named_parameters().",
                fixed_code="for name, weight in lstm.named_parameters():\n"
                "    if 'weight' in name:\n"
                "        nn.init.orthogonal_(weight)",
                confidence=0.93,
            )
        ),
    ),
    (
        r"Fan in and fan out can not be computed for tensor with fewer than 2 dimensions",
        worded(
            Diagnosis(
                key="init-bias",
                title="Xavier and Kaiming initialize matrices; a bias has one axis",
                explanation="The loop over the parameters reached a bias, bias_ih_l0 (G·H,), which has no fan in and "
                "fan out.",
                axis="the axes of the bias",
                fix="Initialize what has two axes, and set biases to zero.",
                fixed_code="for name, weight in lstm.named_parameters():\n"
                "    if weight.dim() > 1:\n"
                "        nn.init.xavier_uniform_(weight)",
                confidence=0.95,
            )
        ),
    ),
    (
        r"volatile was removed|clip_grad_norm is now deprecated|functional\.(?P<name>tanh|sigmoid) is deprecated"
        r"|module '(?P<where>[\w.]{1,60})' has no attribute '(?P<what>\w+)'",
        worded(
            Diagnosis(
                key="old-api",
                title="The code was written for another version",
                explanation="volatile=True is torch.no_grad() today; clip_grad_norm is clip_grad_norm_; F.tanh and "
                "F.sigmoid are torch.tanh and torch.sigmoid; Variable is a plain tensor. «what|A name» may be "
                "misspelt, or newer or older than the version installed.",
                fix="Use today's names, and print torch.__version__.",
                fixed_code="with torch.no_grad():\n    prediction = model(x)",
                confidence=0.85,
            )
        ),
    ),
    (
        r"LSTM with projections is not supported with oneDNN",
        worded(
            Diagnosis(
                key="projection-slow",
                title="An LSTM with proj_size takes a slower way on the CPU",
                explanation="oneDNN, the fast way on the CPU, has no projection. The results are right.",
                misleading="It is a remark on speed; nothing is wrong.",
                fix="Nothing need be done; warnings.filterwarnings quiets it.",
                fixed_code="warnings.filterwarnings('ignore', message='LSTM with projections')",
                confidence=0.95,
            )
        ),
    ),
    (
        r"cannot assign module before Module\.__init__\(\) call",
        worded(
            Diagnosis(
                key="super-init",
                title="super().__init__() is missing",
                explanation="Layers can be set on a module only after nn.Module's own __init__ has run.",
                fix="Call super().__init__() first in __init__.",
                fixed_code="def __init__(self):\n    super().__init__()\n    self.lstm = nn.LSTM(10, 20)",
                confidence=0.97,
            )
        ),
    ),
    (
        r"size_average and reduce args will be deprecated",
        worded(
            Diagnosis(
                key="loss-old-arguments",
                title="The loss was made with arguments of an old version, or with the tensors themselves",
                explanation="nn.MSELoss(size_average=False) is reduction='sum' today. nn.CrossEntropyLoss(scores, "
                "target) hands two tensors over as settings: it makes a loss and computes none.",
                fix="Use reduction='mean' or 'sum'; make the loss first, and call it then.",
                fixed_code="criterion = nn.CrossEntropyLoss()\nloss = criterion(scores, target)",
            )
        ),
    ),
    (
        r"cannot assign '(?P<kind>[\w.]+)' as parameter '(?P<name>\w+)'",
        worded(
            Diagnosis(
                key="parameter-assigned",
                title="A weight was replaced by a plain tensor",
                explanation="«name» is a parameter; a tensor can be copied into it, not put in its place.",
                fix="Copy under torch.no_grad(), or wrap it in nn.Parameter.",
                fixed_code="with torch.no_grad():\n    lstm.«name».copy_(weights)",
                pitfall="keras-weights",
            )
        ),
    ),
    (
        r"Embeddings parameter is expected to be 2-dimensional",
        worded(
            Diagnosis(
                key="embedding-table",
                title="The table of an embedding has two axes, (V, E)",
                explanation="from_pretrained takes one row for each word.",
                fix="Stack the vectors: torch.stack(vectors).",
                fixed_code="embedding = nn.Embedding.from_pretrained(torch.stack(vectors))  # (V, E)",
            )
        ),
    ),
    (
        r"'(?P<kind>(?!tuple|Tensor|NoneType|list|int|float|str|numpy|PackedSequence|dict|DataFrame|Series)\w+)' "
        r"object has no attribute '(?P<name>\w+)'",
        worded(
            Diagnosis(
                key="attribute-missing",
                title="«kind» has no «name»",
                explanation="self.«name» was never set, is spelt otherwise, or is set only after it is used; or «kind» "
                "is another kind of thing than expected.",
                fix="Set it in __init__ after super().__init__(), under the same name. Print type(...) of what is on "
                "the left of the dot.",
                fixed_code="def __init__(self):\n"
                "    super().__init__()\n"
                "    self.«name» = nn.LSTM(10, 20, batch_first=True)",
                confidence=0.4,
            )
        ),
    ),
    (
        r"missing the required \"?forward\"? function|_forward_unimplemented|^NotImplementedError:? ?$",
        worded(
            Diagnosis(
                key="no-forward",
                title="The module has no forward()",
                explanation="forward is misspelt or indented into __init__, or a ModuleList was called: it only keeps "
                "layers.",
                fix="Write forward(self, x) at the level of __init__; go through a ModuleList with a loop.",
                fixed_code="def forward(self, x):\n"
                "    for layer in self.layers:\n"
                "        x, _ = layer(x)\n"
                "    return x",
                confidence=0.85,
            )
        ),
    ),
)
