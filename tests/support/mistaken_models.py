"""Models with one mistake each that raises nothing, drawn at random: an audit has to name it."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.rnn import pack_padded_sequence

from tests.support.sound_models import CELLS, Carrying, Model, Sizes, Subject, draw_sizes, last_hidden


def with_(s: Sizes, **changed: Any) -> Sizes:
    return Sizes(**(vars(s) | changed))


def state_of(rnn: nn.RNNBase, x: Any) -> Tensor:
    state = rnn(x)[1]
    return state[0] if isinstance(state, tuple) else state


def batch_first_forgotten(s: Sizes) -> Subject:
    s = with_(s, batch_first=False)
    model = Model(lambda self, x: self.fc(self.rnn(x)[0][:, -1]), rnn=s.layer(), fc=nn.Linear(s.D * s.H, s.O))
    return Subject("batch_first forgotten", model, s.x(s.B, s.T, s.F), key="batch-first-forgotten")


def batch_first_forgotten_mean(s: Sizes) -> Subject:
    s = with_(s, batch_first=False)
    model = Model(lambda self, x: self.fc(self.rnn(x)[0].mean(dim=1)), rnn=s.layer(), fc=nn.Linear(s.D * s.H, s.O))
    return Subject("batch_first forgotten, mean", model, s.x(s.B, s.T, s.F), key="batch-first-forgotten")


def batch_first_forgotten_stated(s: Sizes) -> Subject:
    s = with_(s, batch_first=False)
    model = Model(lambda self, x: self.fc(self.rnn(x)[0]), rnn=s.layer(), fc=nn.Linear(s.D * s.H, s.O))
    return Subject(
        "batch_first forgotten, every step",
        model,
        s.x(s.B, s.T, s.F),
        None,
        None,
        {"axes": "B, T, F"},
        "batch-first-forgotten",
    )


def batch_first_forgotten_flat(s: Sizes) -> Subject:
    s = with_(s, batch_first=False)
    model = Model(
        lambda self, x: self.fc(self.rnn(x)[0].reshape(x.size(0), -1)),
        rnn=s.layer(),
        fc=nn.Linear(s.T * s.D * s.H, s.O),
    )
    return Subject("batch_first forgotten, flat", model, s.x(s.B, s.T, s.F), key="batch-first-forgotten")


def view_for_permute(s: Sizes) -> Subject:
    s = with_(s, batch_first=False, T=s.T + (s.T == s.B))

    def forward(self: Any, x: Tensor) -> Tensor:
        return last_hidden(self, x.view(x.size(1), x.size(0), x.size(2)))

    model = Model(forward, rnn=s.layer(), fc=nn.Linear(s.D * s.H, s.O))
    return Subject("view for permute", model, s.x(s.B, s.T, s.F), key="view-for-permute")


def view_inside_a_sample(s: Sizes) -> Subject:
    s = with_(s, batch_first=True, T=s.T + (s.T == s.F))

    def forward(self: Any, x: Tensor) -> Tensor:
        features = self.conv(x.view(x.size(0), x.size(2), x.size(1))).relu()
        return last_hidden(self, features.transpose(1, 2))

    model = Model(forward, conv=nn.Conv1d(s.F, 6, 3, padding=1), rnn=s.layer(6), fc=nn.Linear(s.D * s.H, s.O))
    return Subject("view for permute, inside", model, s.x(), key="view-for-permute")


def reshape_before_linear(s: Sizes) -> Subject:
    s = with_(s, batch_first=False)

    def forward(self: Any, x: Tensor) -> Tensor:
        output, _ = self.rnn(x.transpose(0, 1))
        return self.fc(output.reshape(x.size(0), -1))

    model = Model(forward, rnn=s.layer(), fc=nn.Linear(s.T * s.D * s.H, s.O))
    return Subject("wrong reshape before Linear", model, s.x(s.B, s.T, s.F), key="view-for-permute")


def h_n_view(s: Sizes) -> Subject:
    s = with_(s, L=2 if not s.bidirectional else s.L)
    model = Model(
        lambda self, x: self.fc(state_of(self.rnn, x).view(x.size(0 if s.batch_first else 1), -1)),
        rnn=s.layer(),
        fc=nn.Linear(s.L * s.D * s.H, s.O),
    )
    return Subject("h_n.view(B, -1)", model, s.x(), key="h-n-view")


def softmax_over_samples(s: Sizes) -> Subject:
    def forward(self: Any, x: Tensor) -> Tensor:
        output, _ = self.rnn(x)
        return self.fc((self.score(output).softmax(dim=0) * output).sum(dim=1))

    s = with_(s, batch_first=True)
    model = Model(forward, rnn=s.layer(), score=nn.Linear(s.D * s.H, 1), fc=nn.Linear(s.D * s.H, s.O))
    return Subject("softmax over the samples", model, s.x(), key="samples-mixed")


def batch_norm_axis(s: Sizes) -> Subject:
    s = with_(s, batch_first=True)
    model = Model(
        lambda self, x: self.fc(self.norm(self.rnn(x)[0]).mean(dim=1)),
        rnn=s.layer(),
        norm=nn.BatchNorm1d(s.T),
        fc=nn.Linear(s.D * s.H, s.O),
    )
    return Subject("batch norm over the steps", model, s.x(), key="batch-norm-axis")


def order_lost(s: Sizes) -> Subject:
    s = with_(s, batch_first=True, B=max(3, s.B))

    def forward(self: Any, x: Tensor, lengths: Tensor) -> Tensor:
        ordered, order = lengths.sort(descending=True)
        return last_hidden(self, pack_padded_sequence(x[order], ordered, batch_first=True))

    model = Model(forward, rnn=s.layer(), fc=nn.Linear(s.D * s.H, s.O))
    lengths = torch.arange(s.B) % s.T + 1
    return Subject("sorted and not put back", model, (s.x(), lengths), key="pack-order-lost")


def future_bidirectional(s: Sizes) -> Subject:
    s = with_(s, bidirectional=True)
    model = Model(lambda self, x: self.fc(self.rnn(x)[0]), rnn=s.layer(), fc=nn.Linear(2 * s.H, 1))
    return Subject(
        "future seen by the reverse direction",
        model,
        s.x(),
        None,
        None,
        {"predicts": "next step"},
        "future-bidirectional",
    )


def future_inferred(s: Sizes) -> Subject:
    s = with_(s, bidirectional=True, batch_first=True, B=4, T=8)
    model = Model(
        lambda self, x: self.fc(self.rnn(self.embedding(x))[0]).transpose(1, 2),
        embedding=nn.Embedding(20, 4),
        rnn=s.layer(4),
        fc=nn.Linear(2 * s.H, 20),
    )
    tokens = torch.randint(20, (s.B, s.T + 1))
    return Subject(
        "future seen, by the target",
        model,
        tokens[:, :-1],
        tokens[:, 1:],
        nn.CrossEntropyLoss(),
        {},
        "future-bidirectional",
    )


def future_linear(s: Sizes) -> Subject:
    s = with_(s, batch_first=True, bidirectional=False)
    model = Model(lambda self, x: self.fc(self.rnn(x)[0].flatten(1)), rnn=s.layer(), fc=nn.Linear(s.T * s.H, s.T))
    return Subject("Linear(T·H, T)", model, s.x(), None, None, {"predicts": "next step"}, "future-linear")


def step_unused(s: Sizes) -> Subject:
    s = with_(s, batch_first=True, T=s.T + 1)
    model = Model(lambda self, x: last_hidden(self, x[:, 2:]), rnn=s.layer(), fc=nn.Linear(s.D * s.H, s.O))
    return Subject("steps that nothing uses", model, s.x(), key="input-step-unused")


def last_step_only(s: Sizes) -> Subject:
    s = with_(s, batch_first=True)
    model = Model(
        lambda self, x: self.fc(self.act(self.first(x))[:, -1]),
        first=nn.Linear(s.F, s.H),
        act=nn.Tanh(),
        fc=nn.Linear(s.H, s.O),
    )
    return Subject("the last step alone", model, s.x(), key="last-step-only")


def view_rows_last(s: Sizes) -> Subject:
    s = with_(s, batch_first=True)
    model = Model(
        lambda self, x: self.fc(self.rnn(x)[0].reshape(-1, s.D * s.H))[-1], rnn=s.layer(), fc=nn.Linear(s.D * s.H, s.O)
    )
    return Subject("view(-1, H) and [-1]", model, s.x(), key="view-rows-last")


def view_rows_last_of_one(s: Sizes) -> Subject:
    made = view_rows_last(with_(s, B=1))
    return Subject("view(-1, H) and [-1], a batch of one", made.model, made.x, key="view-rows-last")


def last_step_axis(s: Sizes) -> Subject:
    s = with_(s, batch_first=True, T=s.T + (s.T == s.B))
    model = Model(lambda self, x: self.fc(self.rnn(x)[0][-1]), rnn=s.layer(), fc=nn.Linear(s.D * s.H, s.O))
    return Subject("output[-1] of batch first", model, s.x(), key="last-step-axis")


def one_step(s: Sizes) -> Subject:
    s = with_(s, T=1, batch_first=True)
    model = Model(last_hidden, rnn=s.layer(), fc=nn.Linear(s.D * s.H, s.O))
    return Subject("T = 1", model, s.x(), key="one-step")


def windows_as_features(s: Sizes) -> Subject:
    s = with_(s, batch_first=True, B=8)
    series = torch.randn(20)
    x = series.unfold(0, 6, 1)[:8].unsqueeze(1)  # (N, 1, W)
    model = Model(last_hidden, rnn=s.layer(6), fc=nn.Linear(s.D * s.H, 1))
    return Subject("windows (N, 1, W)", model, x, key="window-as-features")


def not_handed_on(s: Sizes) -> Subject:
    s = with_(s, batch_first=True)

    def forward(self: Any, x: Tensor) -> Tensor:
        return self.fc(torch.cat([self.rnn(x[:, t : t + 1])[0] for t in range(x.size(1))], dim=1))

    model = Model(forward, rnn=s.layer(), fc=nn.Linear(s.D * s.H, s.O))
    return Subject("state not handed on", model, s.x(), key="state-not-handed-on")


def bidirectional_last_step(s: Sizes) -> Subject:
    s = with_(s, bidirectional=True)
    model = Model(
        lambda self, x: self.fc(self.rnn(x)[0][:, -1] if s.batch_first else self.rnn(x)[0][-1]),
        rnn=s.layer(),
        fc=nn.Linear(2 * s.H, s.O),
    )
    return Subject(
        "bidirectional output[:, -1]", model, s.x(), s.x(s.B, s.O), nn.MSELoss(), {}, "bidirectional-last-step"
    )


def reverse_only(s: Sizes) -> Subject:
    s = with_(s, bidirectional=True)
    model = Model(lambda self, x: self.fc(state_of(self.rnn, x)[-1]), rnn=s.layer(), fc=nn.Linear(s.H, s.O))
    return Subject("h_n[-1] of two directions", model, s.x(), s.x(s.B, s.O), nn.MSELoss(), {}, "h-n-reverse-only")


def lowest_layer(s: Sizes) -> Subject:
    s = with_(s, L=s.L + 1)
    model = Model(lambda self, x: self.fc(state_of(self.rnn, x)[0]), rnn=s.layer(), fc=nn.Linear(s.H, s.O))
    return Subject("h_n[0] of a stack", model, s.x(), s.x(s.B, s.O), nn.MSELoss(), {}, "h-n-lowest-layer")


def layers_into_batch(s: Sizes) -> Subject:
    s = with_(s, L=s.L + 1)
    model = Model(lambda self, x: self.fc(state_of(self.rnn, x).view(-1, s.H)), rnn=s.layer(), fc=nn.Linear(s.H, s.O))
    return Subject("h_n.view(-1, H)", model, s.x(), key="h-n-layers-into-batch")


def padded(s: Sizes, x: Tensor) -> Tensor:
    """The time axis is 1; sample 0 keeps every step, the others lose 2 or more where they can."""
    for sample in range(1, len(x)):
        x[sample, max(1, x.shape[1] - 1 - sample) :] = 0
    return x


def padding_last_step(s: Sizes) -> Subject:
    s = with_(s, batch_first=True, bidirectional=False, T=s.T + 1)
    model = Model(lambda self, x: self.fc(self.rnn(x)[0][:, -1]), rnn=s.layer(), fc=nn.Linear(s.H, s.O))
    return Subject("padding read", model, padded(s, s.x()), key="padding-last-step")


def padding_tokens(s: Sizes) -> Subject:
    s = with_(s, batch_first=True, bidirectional=False)
    model = Model(
        lambda self, x: last_hidden(self, self.embedding(x)),
        embedding=nn.Embedding(30, 4, padding_idx=0),
        rnn=s.layer(4),
        fc=nn.Linear(s.H, s.O),
    )
    return Subject("padding tokens read", model, padded(s, torch.randint(1, 30, (s.B, s.T))), key="padding-last-step")


def padding_reverse(s: Sizes) -> Subject:
    s = with_(s, batch_first=True, bidirectional=True)
    model = Model(lambda self, x: self.fc(self.rnn(x)[0]), rnn=s.layer(), fc=nn.Linear(2 * s.H, s.O))
    lengths = [max(1, s.T - sample) for sample in range(s.B)]
    return Subject("padding read in reverse", model, s.x(), None, None, {"lengths": lengths}, "padding-reverse")


def classifier(s: Sizes, outputs: int | None = None, after: Callable[[Tensor], Tensor] = lambda y: y) -> Model:
    return Model(lambda self, x: after(last_hidden(self, x)), rnn=s.layer(), fc=nn.Linear(s.D * s.H, outputs or s.O))


def broadcast(s: Sizes) -> Subject:
    return Subject("(N, 1) against (N,)", classifier(s, 1), s.x(), s.x(s.B), nn.MSELoss(), {}, "mse-broadcast")


def broadcast_by_hand(s: Sizes) -> Subject:
    return Subject(
        "by hand", classifier(s, 1), s.x(), s.x(s.B), lambda p, t: ((p - t) ** 2).mean(), {}, "mse-broadcast-by-hand"
    )


def time_is_classes(s: Sizes) -> Subject:
    s = with_(s, batch_first=True)
    model = Model(lambda self, x: self.fc(self.rnn(x)[0]), rnn=s.layer(), fc=nn.Linear(s.D * s.H, s.T))
    return Subject(
        "T equals C",
        model,
        s.x(),
        torch.randint(s.T, (s.B, s.T)),
        nn.CrossEntropyLoss(),
        {},
        "cross-entropy-time-is-classes",
    )


def softmax_before(s: Sizes) -> Subject:
    model = classifier(s, None, lambda y: y.softmax(dim=1))
    return Subject(
        "softmax", model, s.x(), torch.randint(s.O, (s.B,)), nn.CrossEntropyLoss(), {}, "softmax-before-cross-entropy"
    )


def sigmoid_before(s: Sizes) -> Subject:
    model = classifier(s, 1, lambda y: y.sigmoid().squeeze(1))
    return Subject(
        "sigmoid",
        model,
        s.x(),
        torch.randint(2, (s.B,)).float(),
        nn.BCEWithLogitsLoss(),
        {},
        "sigmoid-before-bce-logits",
    )


def one_hot_target(s: Sizes) -> Subject:
    target = functional.one_hot(torch.randint(s.O, (s.B,)), s.O)
    target = target.float() if s.seed % 2 else target
    return Subject("one-hot targets", classifier(s), s.x(), target, nn.CrossEntropyLoss(), {}, "cross-entropy-one-hot")


def float_target(s: Sizes) -> Subject:
    target = torch.randint(s.O, (s.B,)).float()
    return Subject(
        "float targets", classifier(s), s.x(), target, nn.CrossEntropyLoss(), {}, "cross-entropy-target-dtype"
    )


def zero_d_target(s: Sizes) -> Subject:
    s = with_(s, B=1)
    loss, target = (
        (nn.MSELoss(), torch.randn(1, 1)) if s.seed % 2 else (nn.CrossEntropyLoss(), torch.randint(s.O, (1, 1)))
    )
    return Subject(
        "0-d target", classifier(s, 1 if s.seed % 2 else s.O), s.x(), target.squeeze(), loss, {}, "target-0d"
    )


def undetached(s: Sizes) -> Subject:
    return Subject("undetached", Carrying(s, detached=False), s.x(), s.x(s.B, s.O), nn.MSELoss(), {}, "backward-twice")


def across_samples(s: Sizes) -> Subject:
    return Subject(
        "unrelated", Carrying(s), s.x(), s.x(s.B, s.O), nn.MSELoss(), {"samples": "independent"}, "state-across-samples"
    )


def weights_unused(s: Sizes) -> Subject:
    model = classifier(s)
    model.fc_last = nn.Linear(s.O, s.O)
    return Subject(
        "a layer that is not used",
        model,
        s.x(),
        torch.randint(s.O, (s.B,)),
        nn.CrossEntropyLoss(),
        {},
        "weights-unused",
    )


def cut_off(s: Sizes) -> Subject:
    model = Model(
        lambda self, x: self.fc(state_of(self.rnn, x)[-1].detach()),
        rnn=s.layer(bidirectional=False),
        fc=nn.Linear(s.H, s.O),
    )
    return Subject("a graph that is cut", model, s.x(), s.x(s.B, s.O), nn.MSELoss(), {}, "weights-unused")


def gru_unpacked(s: Sizes) -> Subject:
    s = with_(s, cell="gru" if s.cell == "lstm" else s.cell, L=1 if s.bidirectional else 2)

    def forward(self: Any, x: Tensor) -> Tensor:
        out, (h, c) = self.rnn(x)
        return self.fc(h if s.seed % 2 else out.mean(dim=1 if s.batch_first else 0)[:, : s.H] + c)

    model = Model(forward, rnn=s.layer(), fc=nn.Linear(s.H, s.O))
    return Subject("a GRU's state as (h, c)", model, s.x(), key="gru-layers-unpacked")


def dropout_one_layer(s: Sizes) -> Subject:
    s = with_(s, L=1)
    rnn = s.layer()
    rnn.dropout = 0.3  # the constructor warns, and does no more than this
    return Subject(
        "dropout of one layer",
        Model(last_hidden, rnn=rnn, fc=nn.Linear(s.D * s.H, s.O)),
        s.x(),
        key="dropout-one-layer",
    )


def layers_true(s: Sizes) -> Subject:
    rnn = CELLS[s.cell](s.F, s.H, True)
    return Subject(
        "nn.LSTM(10, 20, True)",
        Model(last_hidden, rnn=rnn, fc=nn.Linear(s.H, s.O)),
        s.x(s.T, s.B, s.F),
        key="num-layers-true",
    )


def too_many_classes(s: Sizes) -> Subject:
    s = with_(s, B=40, cell="gru")
    return Subject(
        "the last layer forgotten",
        classifier(s, 16),
        s.x(),
        torch.arange(40) % 4,
        nn.CrossEntropyLoss(),
        {},
        "too-many-classes",
    )


def scaled_back(s: Sizes) -> Subject:
    mean, scale = torch.randn(s.F), torch.rand(s.F)
    model = classifier(with_(s, F=s.F), 1)
    return Subject("scaled back", lambda x: model(x) * scale + mean, s.x(), key="scaler-broadcast")


MISTAKES: tuple[Callable[[Sizes], Subject], ...] = (
    *(batch_first_forgotten, batch_first_forgotten_mean, batch_first_forgotten_stated, batch_first_forgotten_flat),
    *(view_for_permute, view_inside_a_sample, reshape_before_linear, h_n_view, softmax_over_samples, batch_norm_axis),
    *(order_lost, future_bidirectional, future_inferred, future_linear, step_unused, last_step_only, view_rows_last),
    *(view_rows_last_of_one, last_step_axis, one_step, windows_as_features, not_handed_on, bidirectional_last_step),
    *(reverse_only, lowest_layer, layers_into_batch, padding_last_step, padding_tokens, padding_reverse, broadcast),
    *(broadcast_by_hand, time_is_classes, softmax_before, sigmoid_before, one_hot_target, float_target, zero_d_target),
    *(undetached, across_samples, weights_unused, cut_off, gru_unpacked, dropout_one_layer, layers_true),
    *(too_many_classes, scaled_back),
)


def mistaken(make: Callable[[Sizes], Subject], number: int) -> Subject:
    """One variant of a mistake, the same for the same number."""
    torch.manual_seed(number)
    return make(draw_sizes(Random(number)))
