"""Correct models with their x, target and loss, drawn at random: an audit has nothing to say about any of them."""

# ruff: noqa: N806 - the sizes are called as everywhere

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

CELLS = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}


@dataclass(frozen=True, eq=False)
class Subject:
    """What an audit is given; ``key`` is what it has to find, empty where nothing is wrong."""

    name: str
    model: Any
    x: Any
    target: Any = None
    loss: Any = None
    options: dict[str, Any] = field(default_factory=dict)
    key: str = ""


class Model(nn.Module):
    """Parts by name, and a forward pass given as a function of (self, x, …)."""

    def __init__(self, forward: Callable[..., Any], **parts: Any) -> None:
        super().__init__()
        for name, part in parts.items():
            setattr(self, name, part)
        self.way = forward

    def forward(self, *inputs: Any) -> Any:
        return self.way(self, *inputs)


@dataclass(frozen=True)
class Sizes:
    """Random small sizes and a recurrent layer's options."""

    B: int
    T: int
    F: int
    H: int
    L: int
    O: int  # noqa: E741
    cell: str
    bidirectional: bool
    batch_first: bool
    seed: int

    @property
    def D(self) -> int:  # noqa: N802
        return 2 if self.bidirectional else 1

    def layer(self, features: int | None = None, **options: Any) -> nn.RNNBase:
        """The recurrent layer; options override."""
        given: dict[str, Any] = {
            "num_layers": self.L,
            "bidirectional": self.bidirectional,
            "batch_first": self.batch_first,
        }
        return CELLS[self.cell](features or self.F, self.H, **(given | options))

    def x(self, *shape: int) -> Tensor:
        """Random numbers, (B, T, F) or (T, B, F) unless a shape is given."""
        generator = torch.Generator().manual_seed(self.seed)
        default = (self.B, self.T, self.F) if self.batch_first else (self.T, self.B, self.F)
        return torch.randn(*(shape or default), generator=generator)


def draw_sizes(rng: Random, **fixed: Any) -> Sizes:
    """Sizes from ``rng``; ``fixed`` ones as given."""
    drawn = {
        "B": rng.randint(2, 6),
        "T": rng.randint(3, 9),
        "F": rng.randint(2, 5),
        "H": rng.randint(3, 8),
        "L": rng.randint(1, 3),
        "O": rng.randint(2, 4),
        "cell": rng.choice(list(CELLS)),
        "bidirectional": rng.random() < 0.5,
        "batch_first": rng.random() < 0.7,
        "seed": rng.randrange(10_000),
    }
    return Sizes(**(drawn | fixed))


def last_hidden(model: Any, x: Any) -> Tensor:
    """Linear of h_n's last row, of both directions where there are two."""
    _, state = model.rnn(x)
    h_n = state[0] if isinstance(state, tuple) else state
    last = torch.cat([h_n[-2], h_n[-1]], dim=1) if model.rnn.bidirectional else h_n[-1]
    return model.fc(last)


def _head_last_hidden(s: Sizes) -> Subject:
    model = Model(last_hidden, rnn=s.layer(), fc=nn.Linear(s.D * s.H, s.O))
    return Subject("last hidden", model, s.x(), s.x(s.B, s.O), nn.MSELoss())


def _head_last_step(s: Sizes) -> Subject:
    def forward(self: Any, x: Tensor) -> Tensor:
        output, _ = self.rnn(x)
        return self.fc(output[:, -1] if s.batch_first else output[-1])

    s = Sizes(**(vars(s) | {"bidirectional": False}))
    model = Model(forward, rnn=s.layer(), fc=nn.Linear(s.H, 1))
    target = torch.randint(2, (s.B, 1)).float()
    return Subject("last step", model, s.x(), target, nn.BCEWithLogitsLoss())


def _every_step(s: Sizes) -> Subject:
    model = Model(lambda self, x: self.fc(self.rnn(x)[0]), rnn=s.layer(), fc=nn.Linear(s.D * s.H, s.O))
    shape = (s.B, s.T) if s.batch_first else (s.T, s.B)
    target = torch.randint(s.O, shape)
    return Subject(
        "every step", model, s.x(), target, lambda p, t: functional.cross_entropy(p.flatten(0, 1), t.flatten())
    )


def _every_step_turned(s: Sizes) -> Subject:
    s = Sizes(**(vars(s) | {"batch_first": True}))
    model = Model(lambda self, x: self.fc(self.rnn(x)[0]).transpose(1, 2), rnn=s.layer(), fc=nn.Linear(s.D * s.H, s.T))
    return Subject(
        "every step, classes second, T = C", model, s.x(), torch.randint(s.T, (s.B, s.T)), nn.CrossEntropyLoss()
    )


def _rows(s: Sizes) -> Subject:
    model = Model(
        lambda self, x: self.fc(self.rnn(x)[0].reshape(-1, s.D * s.H)), rnn=s.layer(), fc=nn.Linear(s.D * s.H, s.O)
    )
    return Subject("rows", model, s.x(), torch.randint(s.O, (s.B * s.T,)), nn.CrossEntropyLoss())


def _flat(s: Sizes) -> Subject:
    s = Sizes(**(vars(s) | {"batch_first": True}))
    model = Model(lambda self, x: self.fc(self.rnn(x)[0].flatten(1)), rnn=s.layer(), fc=nn.Linear(s.T * s.D * s.H, s.O))
    return Subject("flat", model, s.x(), s.x(s.B, s.O), nn.L1Loss())


def _mean(s: Sizes) -> Subject:
    time = 1 if s.batch_first else 0
    model = Model(lambda self, x: self.fc(self.rnn(x)[0].mean(dim=time)), rnn=s.layer(), fc=nn.Linear(s.D * s.H, s.O))
    return Subject("mean over time", model, s.x(), torch.randint(s.O, (s.B,)), nn.CrossEntropyLoss())


def _max(s: Sizes) -> Subject:
    time = 1 if s.batch_first else 0
    model = Model(
        lambda self, x: self.fc(self.rnn(x)[0].max(dim=time).values.relu()), rnn=s.layer(), fc=nn.Linear(s.D * s.H, s.O)
    )
    return Subject("max over time", model, s.x(), torch.randint(s.O, (s.B,)), nn.CrossEntropyLoss())


def _attention(s: Sizes) -> Subject:
    def forward(self: Any, x: Tensor) -> Tensor:
        output, _ = self.rnn(x)
        weights = self.score(output).softmax(dim=1)  # (B, T, 1)
        return self.fc((weights * output).sum(dim=1))

    s = Sizes(**(vars(s) | {"batch_first": True}))
    model = Model(forward, rnn=s.layer(), score=nn.Linear(s.D * s.H, 1), fc=nn.Linear(s.D * s.H, s.O))
    return Subject("attention", model, s.x(), torch.randint(s.O, (s.B,)), nn.CrossEntropyLoss())


def _tokens(s: Sizes) -> Subject:
    def forward(self: Any, x: Tensor) -> Tensor:
        return last_hidden(self, self.embedding(x))

    model = Model(forward, embedding=nn.Embedding(30, 4), rnn=s.layer(4), fc=nn.Linear(s.D * s.H, s.O))
    generator = torch.Generator().manual_seed(s.seed)
    x = torch.randint(30, (s.B, s.T) if s.batch_first else (s.T, s.B), generator=generator)
    return Subject("tokens", model, x, torch.randint(s.O, (s.B,)), nn.CrossEntropyLoss())


def _language_model(s: Sizes) -> Subject:
    s = Sizes(**(vars(s) | {"batch_first": True, "bidirectional": False, "B": 4, "T": 8}))
    model = Model(
        lambda self, x: self.fc(self.rnn(self.embedding(x))[0]).transpose(1, 2),
        embedding=nn.Embedding(20, 4),
        rnn=s.layer(4),
        fc=nn.Linear(s.H, 20),
    )
    tokens = torch.randint(20, (s.B, s.T + 1), generator=torch.Generator().manual_seed(s.seed))
    return Subject("language model", model, tokens[:, :-1], tokens[:, 1:], nn.CrossEntropyLoss())


def _padded_tokens(s: Sizes) -> Subject:
    def forward(self: Any, x: Tensor) -> Tensor:
        lengths = (x != 0).sum(dim=1)
        packed = pack_padded_sequence(self.embedding(x), lengths.cpu(), batch_first=True, enforce_sorted=False)
        return last_hidden(self, packed)

    s = Sizes(**(vars(s) | {"batch_first": True}))
    model = Model(forward, embedding=nn.Embedding(30, 4, padding_idx=0), rnn=s.layer(4), fc=nn.Linear(s.D * s.H, s.O))
    x = torch.randint(1, 30, (s.B, s.T))
    for sample in range(s.B):
        x[sample, 1 + (sample * 7 + s.seed) % s.T :] = 0
    return Subject("padded tokens, packed", model, x, torch.randint(s.O, (s.B,)), nn.CrossEntropyLoss())


def _packed_inside(s: Sizes) -> Subject:
    def forward(self: Any, x: Tensor, lengths: Tensor) -> Tensor:
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        output, _ = pad_packed_sequence(self.rnn(packed)[0], batch_first=True, total_length=x.size(1))
        return self.fc(output)

    s = Sizes(**(vars(s) | {"batch_first": True}))
    model = Model(forward, rnn=s.layer(), fc=nn.Linear(s.D * s.H, s.O))
    return Subject("packed inside", model, (s.x(), _lengths(s)))


def _packed_given(s: Sizes) -> Subject:
    x = pack_padded_sequence(s.x(s.B, s.T, s.F), _lengths(s), batch_first=True, enforce_sorted=False)
    model = Model(last_hidden, rnn=s.layer(), fc=nn.Linear(s.D * s.H, s.O))
    return Subject("packed x", model, x, torch.randint(s.O, (s.B,)), nn.CrossEntropyLoss())


def _sorted_and_back(s: Sizes) -> Subject:
    def forward(self: Any, x: Tensor, lengths: Tensor) -> Tensor:
        ordered, order = lengths.sort(descending=True)
        packed = pack_padded_sequence(x[order], ordered, batch_first=True)
        return last_hidden(self, packed)[order.argsort()]

    s = Sizes(**(vars(s) | {"batch_first": True}))
    model = Model(forward, rnn=s.layer(), fc=nn.Linear(s.D * s.H, s.O))
    return Subject("sorted and put back", model, (s.x(), _lengths(s)))


def _last_valid_step(s: Sizes) -> Subject:
    lengths = _lengths(s)

    def forward(self: Any, x: Tensor) -> Tensor:
        output, _ = self.rnn(x)
        return self.fc(output[torch.arange(x.size(0)), lengths[: x.size(0)] - 1])

    s = Sizes(**(vars(s) | {"batch_first": True, "bidirectional": False}))
    model = Model(forward, rnn=s.layer(), fc=nn.Linear(s.H, s.O))
    x = s.x()
    for sample, length in enumerate(lengths.tolist()):
        x[sample, length:] = 0
    return Subject("last valid step", model, x, torch.randint(s.O, (s.B,)), nn.CrossEntropyLoss(), {"lengths": lengths})


def _masked_mean(s: Sizes) -> Subject:
    def forward(self: Any, x: Tensor) -> Tensor:
        mask = (x != 0).unsqueeze(-1).float()  # (B, T, 1)
        output, _ = self.rnn(self.embedding(x))
        return self.fc((output * mask).sum(dim=1) / mask.sum(dim=1))

    s = Sizes(**(vars(s) | {"batch_first": True, "bidirectional": False}))
    model = Model(forward, embedding=nn.Embedding(30, 4, padding_idx=0), rnn=s.layer(4), fc=nn.Linear(s.H, s.O))
    x = torch.randint(1, 30, (s.B, s.T))
    x[0, 2:] = 0
    return Subject("masked mean", model, x, torch.randint(s.O, (s.B,)), nn.CrossEntropyLoss())


def _seq2seq(s: Sizes) -> Subject:
    def forward(self: Any, source: Tensor, goal: Tensor) -> Tensor:
        _, state = self.encoder(self.source(source))
        return self.fc(self.decoder(self.goal(goal), state)[0])

    s = Sizes(**(vars(s) | {"batch_first": True, "bidirectional": False}))
    parts = {"source": nn.Embedding(20, 4), "goal": nn.Embedding(30, 5), "encoder": s.layer(4), "decoder": s.layer(5)}
    model = Model(forward, **parts, fc=nn.Linear(s.H, 30))
    return Subject("seq2seq", model, (torch.randint(20, (s.B, s.T)), torch.randint(30, (s.B, s.T + 2))))


class Carrying(nn.Module):
    """Hands its state on to the next batch, without its graph."""

    def __init__(self, s: Sizes, detached: bool = True) -> None:
        super().__init__()
        self.rnn, self.fc = s.layer(bidirectional=False), nn.Linear(s.H, s.O)
        self.state: Any = None
        self.detached = detached

    def forward(self, x: Tensor) -> Tensor:
        output, state = self.rnn(x, self.state)
        if self.detached:
            self.state = tuple(part.detach() for part in state) if isinstance(state, tuple) else state.detach()
        else:
            self.state = state
        return self.fc(output[:, -1] if self.rnn.batch_first else output[-1])


def _carrying(s: Sizes) -> Subject:
    return Subject("detached carry", Carrying(s), s.x(), s.x(s.B, s.O), nn.MSELoss(), {"samples": "continued"})


def _cells(s: Sizes) -> Subject:
    def forward(self: Any, x: Tensor) -> Tensor:
        h = c = torch.zeros(x.size(0), s.H)
        steps = []
        for t in range(x.size(1)):
            h, c = self.cell(x[:, t], (h, c))
            steps.append(h)
        return self.fc(torch.stack(steps, dim=1))

    s = Sizes(**(vars(s) | {"batch_first": True}))
    model = Model(forward, cell=nn.LSTMCell(s.F, s.H), fc=nn.Linear(s.H, s.O))
    return Subject("cell loop", model, s.x(), s.x(s.B, s.T, s.O), nn.MSELoss())


def _stacked(s: Sizes) -> Subject:
    def forward(self: Any, x: Tensor) -> Tensor:
        first, _ = self.first(x)
        return last_hidden(self, self.dropout(self.norm(first)))

    parts = {"first": s.layer(), "norm": nn.LayerNorm(s.D * s.H), "dropout": nn.Dropout(0.2), "rnn": s.layer(s.D * s.H)}
    return Subject(
        "two layers apart", Model(forward, **parts, fc=nn.Linear(s.D * s.H, 1)), s.x(), s.x(s.B, 1), nn.MSELoss()
    )


def _convolved(s: Sizes) -> Subject:
    def forward(self: Any, x: Tensor) -> Tensor:
        channels = self.norm(self.conv(x.transpose(1, 2))).relu()
        return last_hidden(self, self.pool(channels).transpose(1, 2))

    s = Sizes(**(vars(s) | {"batch_first": True, "T": s.T + 4}))
    parts = {"conv": nn.Conv1d(s.F, 6, 3, padding=1), "norm": nn.BatchNorm1d(6), "pool": nn.MaxPool1d(2)}
    model = Model(forward, **parts, rnn=s.layer(6), fc=nn.Linear(s.D * s.H, s.O))
    return Subject("convolved", model, s.x(), torch.randint(s.O, (s.B,)), nn.CrossEntropyLoss())


def _normalised(s: Sizes) -> Subject:
    def forward(self: Any, x: Tensor) -> Tensor:
        output, _ = self.rnn(x)
        return self.fc(self.norm(output.transpose(1, 2)).transpose(1, 2).mean(dim=1))

    s = Sizes(**(vars(s) | {"batch_first": True}))
    model = Model(forward, rnn=s.layer(), norm=nn.BatchNorm1d(s.D * s.H), fc=nn.Linear(s.D * s.H, s.O))
    return Subject("normalised features", model, s.x(), torch.randint(s.O, (s.B,)), nn.CrossEntropyLoss())


def _function(s: Sizes) -> Subject:
    rnn, fc = s.layer(bidirectional=False), nn.Linear(s.H, s.O)

    def predict(x: Tensor) -> Tensor:
        output, _ = rnn(x)
        return fc(output[:, -1] if s.batch_first else output[-1])

    return Subject("a function", predict, s.x(), s.x(s.B, s.O), nn.MSELoss())


def _layer_alone(s: Sizes) -> Subject:
    return Subject("a layer alone", s.layer(), s.x())


def _heads_split(s: Sizes) -> Subject:
    def forward(self: Any, x: Tensor) -> Tensor:
        output, _ = self.rnn(x)
        B, T, H = output.shape
        heads = output.view(B, T, 2, H // 2).transpose(1, 2)
        joined = functional.scaled_dot_product_attention(heads, heads, heads).transpose(1, 2).reshape(B, T, H)
        return self.fc(joined.mean(dim=1))

    s = Sizes(**(vars(s) | {"batch_first": True, "H": 6}))
    model = Model(forward, rnn=s.layer(), fc=nn.Linear(s.D * s.H, s.O))
    return Subject("heads", model, s.x(), s.x(s.B, s.O), nn.MSELoss())


def _state_to_batch(s: Sizes) -> Subject:
    def forward(self: Any, x: Tensor) -> Tensor:
        _, state = self.rnn(x)
        h_n = state[0] if isinstance(state, tuple) else state
        return self.fc(h_n.transpose(0, 1).reshape(h_n.size(1), -1))

    model = Model(forward, rnn=s.layer(), fc=nn.Linear(s.L * s.D * s.H, s.O))
    return Subject("all states", model, s.x(), s.x(s.B, s.O), nn.MSELoss())


def _view_of_one_layer(s: Sizes) -> Subject:
    s = Sizes(**(vars(s) | {"L": 1, "bidirectional": False, "cell": "lstm"}))
    model = Model(lambda self, x: self.fc(self.rnn(x)[1][0].view(-1, s.H)), rnn=s.layer(), fc=nn.Linear(s.H, 1))
    return Subject("h_n.view(-1, H) of one layer", model, s.x(), s.x(s.B, 1), nn.MSELoss())


def _log_softmax(s: Sizes) -> Subject:
    model = Model(lambda self, x: last_hidden(self, x).log_softmax(dim=1), rnn=s.layer(), fc=nn.Linear(s.D * s.H, s.O))
    return Subject("log-softmax and NLL", model, s.x(), torch.randint(s.O, (s.B,)), nn.NLLLoss())


def _saturated(s: Sizes) -> Subject:
    made = _head_last_hidden(s)
    with torch.no_grad():
        for parameter in made.model.rnn.parameters():
            parameter.mul_(30)
        made.model.fc.weight.zero_()
    return Subject("saturated, and a head of zeros", made.model, made.x, made.target, made.loss)


def _batch_of_one(s: Sizes) -> Subject:
    return _head_last_hidden(Sizes(**(vars(s) | {"B": 1})))


def _lengths(s: Sizes) -> Tensor:
    lengths = torch.tensor([1 + (sample * 5 + s.seed) % s.T for sample in range(s.B)])
    lengths[s.seed % s.B] = s.T
    return lengths


SOUND: tuple[Callable[[Sizes], Subject], ...] = (
    *(
        _head_last_hidden,
        _head_last_step,
        _every_step,
        _every_step_turned,
        _rows,
        _flat,
        _mean,
        _max,
        _attention,
        _tokens,
    ),
    *(_language_model, _padded_tokens, _packed_inside, _packed_given, _sorted_and_back, _last_valid_step, _masked_mean),
    *(_seq2seq, _carrying, _cells, _stacked, _convolved, _normalised, _function, _layer_alone, _heads_split),
    *(_state_to_batch, _view_of_one_layer, _log_softmax, _saturated, _batch_of_one),
)


def sound(number: int) -> Subject:
    """The correct model of this number, the same for the same number."""
    rng = Random(number)
    torch.manual_seed(number)
    return SOUND[number % len(SOUND)](draw_sizes(rng))
