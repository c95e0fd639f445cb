"""Gradients through time: compared with torch.autograd of the whole module, and what is said of them."""

from __future__ import annotations

import math
import pickle
import random
import re
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from lstm_viz.figures.clipping import losses_figure, norms_figure
from lstm_viz.figures.gradients import colour, flows_figure, radii_figure
from lstm_viz.figures.learning import learning_figure
from lstm_viz.gradients import CELLS, PRESETS, GradientSpec, clipped, flow_of, make_reader, measure, radii
from lstm_viz.gradients.clipping import RATE, TRAINED
from lstm_viz.gradients.measuring import step_factor
from lstm_viz.gradients.networks import batch_of, seeded_reader
from lstm_viz.gradients.script import gradient_script
from lstm_viz.gradients.spec import LIMITS, QUERY_NAMES
from lstm_viz.gradients.words import (
    decades,
    number,
    say_clipping,
    say_inputs,
    say_losses,
    say_radii,
    say_states,
    verdict,
)
from lstm_viz.random_state import preserved
from lstm_viz.recurrent import Recurrent, RecurrentError
from lstm_viz.spec import SpecError

KINDS = ("lstm", "gru", "tanh", "relu")


def module_of(kind: str, seed: int) -> tuple[Recurrent, Tensor]:
    """A random module of one direction, with what it reads."""
    rng = random.Random(seed)
    F, H = rng.randint(1, 4), rng.randint(2, 6)  # noqa: N806
    options: dict[str, Any] = {"num_layers": rng.randint(1, 3), "batch_first": rng.random() < 0.5}
    options |= {"bias": rng.random() < 0.7, "dtype": torch.float64}
    torch.manual_seed(seed)
    if kind == "lstm":
        module: Recurrent = nn.LSTM(F, H, proj_size=rng.choice((0, 1)), **options)
    else:
        module = nn.GRU(F, H, **options) if kind == "gru" else nn.RNN(F, H, nonlinearity=kind, **options)
    with torch.no_grad():
        for name, weights in module.named_parameters():
            if "weight_hh" in name:
                weights *= rng.choice((0.5, 1, 3))
    sizes = [rng.randint(1, 4), rng.randint(2, 15)]
    return module, torch.randn(*(sizes if module.batch_first else sizes[::-1]), F, dtype=torch.float64)


def loss_of(module: Recurrent, output: Tensor, *, every: bool) -> Tensor:
    last = output if every else output[:, -1] if module.batch_first else output[-1]
    return (last * torch.linspace(-1, 2, last.shape[-1], dtype=last.dtype)).tanh().pow(2).sum()


def equal(ours: tuple[float, ...], theirs: list[Tensor]) -> None:
    torch.testing.assert_close(torch.tensor(ours, dtype=torch.float64), torch.stack([each.norm() for each in theirs]))


@pytest.mark.parametrize("every", [False, True])
@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("kind", KINDS)
def test_x_and_the_loss_are_those_of_the_whole_module(kind: str, seed: int, every: bool) -> None:
    module, x = module_of(kind, seed)
    flow = measure(module, x, partial(loss_of, module, every=every))
    whole = x.clone().requires_grad_()
    loss = loss_of(module, module(whole)[0], every=every)
    (gradient,) = torch.autograd.grad(loss, whole)
    assert flow.loss == pytest.approx(loss.item(), rel=1e-9)
    equal(flow.x, list(gradient.unbind(1 if module.batch_first else 0)))


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("kind", KINDS)
def test_h_and_c_are_those_of_a_module_that_starts_in_them(kind: str, seed: int) -> None:
    """What comes after step t is one call of the whole module, begun with h_t and c_t."""
    module, x = module_of(kind, seed)
    flow = measure(module, x, partial(loss_of, module, every=False))
    time = 1 if module.batch_first else 0
    T = x.shape[time]  # noqa: N806
    for t in range(T - 1):
        before, after = x.split([t + 1, T - t - 1], dim=time)
        _, state = module(before)
        parts = [part.detach().requires_grad_() for part in (state if isinstance(state, tuple) else (state,))]
        output, _ = module(after, tuple(parts) if len(parts) == 2 else parts[0])
        gradients = torch.autograd.grad(loss_of(module, output, every=False), parts)
        equal((flow.h[t], *flow.c[t : t + 1]), list(gradients))
    assert (flow.c == ()) == (kind != "lstm")


def test_at_the_last_step_h_is_what_the_loss_reads() -> None:
    module, x = module_of("gru", 3)
    flow = measure(module, x, partial(loss_of, module, every=False))
    output = module(x)[0].detach().requires_grad_()
    (gradient,) = torch.autograd.grad(loss_of(module, output, every=False), output)
    assert flow.h[-1] == pytest.approx(float(gradient.norm()))


def test_the_module_is_left_as_it_was() -> None:
    module, x = module_of("lstm", 1)
    weights = {name: value.clone() for name, value in module.state_dict().items()}
    state = torch.get_rng_state()
    measure(module, x, partial(loss_of, module, every=False))
    assert all(parameter.grad is None for parameter in module.parameters())
    assert all(torch.equal(value, weights[name]) for name, value in module.state_dict().items())
    assert torch.equal(torch.get_rng_state(), state)
    assert not x.requires_grad
    with torch.no_grad():
        assert measure(module, x, partial(loss_of, module, every=False)).x[0] > 0


def test_what_cannot_be_measured_is_said() -> None:
    x = torch.zeros(2, 3, 4)
    with pytest.raises(RecurrentError, match="expected one direction, got a bidirectional module"):
        measure(nn.LSTM(4, 5, batch_first=True, bidirectional=True), x, torch.sum)
    with pytest.raises(RecurrentError, match=r"expected three axes, got \(3, 4\)"):
        measure(nn.LSTM(4, 5, batch_first=True), x[0], torch.sum)
    with pytest.raises(RecurrentError, match="no dropout at work"):
        measure(nn.GRU(4, 5, num_layers=2, dropout=0.5), x, torch.sum)
    with pytest.raises(RecurrentError, match=r"expected F = 4 numbers on the last axis, got 3"):
        measure(nn.GRU(4, 5), torch.zeros(2, 2, 3), torch.sum)


def test_numbers_too_small_and_too_large_for_their_squares() -> None:
    for weight, wanted in ((1e-3, 1e-3), (1e3, 1e3)):
        rnn = nn.RNN(1, 1, nonlinearity="relu", bias=False, batch_first=True, dtype=torch.float64)
        nn.init.constant_(rnn.weight_ih_l0, 1.0)
        nn.init.constant_(rnn.weight_hh_l0, weight)
        flow = measure(rnn, torch.ones(1, 90, 1, dtype=torch.float64), lambda output: output[:, -1].sum())
        assert flow.factor == pytest.approx(wanted)
        assert math.log10(flow.x[0]) == pytest.approx(89 * math.log10(wanted))


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_a_step_multiplies_by_the_radius_where_nothing_bends(activation: Any) -> None:
    spec = GradientSpec(start="orthogonal", weight_scale=1.5, activation=activation, hidden_size=6)
    assert [round(radius.value, 6) for radius in radii(seeded_reader(spec, "rnn").recurrent)] == [1.5]
    rnn = nn.RNN(1, 2, nonlinearity="tanh", bias=False, batch_first=True, dtype=torch.float64)
    with torch.no_grad():
        rnn.weight_hh_l0.copy_(torch.tensor([[0.0, -1.5], [1.5, 0.0]]))  # a quarter turn, 1.5 times as long
    flow = measure(rnn, torch.zeros(1, 20, 1, dtype=torch.float64), lambda output: output[:, -1, 0].sum())
    assert flow.factor == pytest.approx(1.5)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("seed", range(3))
def test_radii_are_those_of_the_gates_blocks(cell: Any, seed: int) -> None:
    module = seeded_reader(GradientSpec(hidden_size=7, seed=seed, weight_scale=2.0), cell).recurrent
    blocks = module.weight_hh_l0.detach().double().split(7)
    wanted = [float(torch.linalg.eigvals(block).abs().max()) for block in blocks]
    assert [radius.value for radius in radii(module)] == pytest.approx(wanted)
    assert "".join(radius.gate for radius in radii(module)) == {"rnn": "h", "gru": "rzn", "lstm": "ifgo"}[cell]


def test_the_three_networks_are_pytorchs_own_at_scale_1() -> None:
    for cell, kind in (("rnn", nn.RNN), ("gru", nn.GRU)):
        torch.manual_seed(5)
        plain = kind(2, 32, batch_first=True)
        ours = seeded_reader(GradientSpec(seed=5), cell).recurrent  # type: ignore[arg-type]
        assert all(torch.equal(a, b) for a, b in zip(plain.parameters(), ours.parameters(), strict=True))
    scaled = seeded_reader(GradientSpec(seed=5, weight_scale=3.0), "gru").recurrent
    assert torch.allclose(scaled.weight_hh_l0, ours.weight_hh_l0 * 3)
    assert torch.equal(scaled.weight_ih_l0, ours.weight_ih_l0)


def test_the_forget_bias_is_that_of_the_gate() -> None:
    module = seeded_reader(GradientSpec(hidden_size=4, forget_bias=2.5), "lstm").recurrent
    total = (module.bias_ih_l0 + module.bias_hh_l0).detach()
    assert total[4:8].tolist() == [2.5] * 4
    assert not torch.any(total[:4] == 2.5)


def test_what_the_presets_promise_is_so() -> None:
    found = {preset.name: {cell: flow_of(preset.spec, cell) for cell in CELLS} for preset in PRESETS}
    words = {name: {cell: verdict(flow.x) for cell, flow in flows.items()} for name, flows in found.items()}
    assert words["RNN forgets"] == {"rnn": "vanishes", "gru": "vanishes", "lstm": "vanishes"}
    assert words["LSTM remembers with forget bias 1"] == {"rnn": "vanishes", "gru": "vanishes", "lstm": "fades"}
    assert words["200 steps: forget bias 5"] == {"rnn": "vanishes", "gru": "vanishes", "lstm": "arrives"}
    assert words["Explodes: weight scale 2"] == {"rnn": "explodes", "gru": "fades", "lstm": "fades"}
    assert all(preset.spec.weight_scale == 2 for preset in PRESETS if preset.name == "Explodes: weight scale 2")


@pytest.mark.parametrize("clip", [0.05, 1.0, 7.0])
def test_clipping_is_clip_grad_norm(clip: float) -> None:
    spec = GradientSpec(steps=12, hidden_size=8, clip=clip)
    found = clipped(spec, "lstm")
    assert len(found.before) == len(found.after) == len(found.loss) == TRAINED
    assert list(found.after) == pytest.approx([min(norm, clip) for norm in found.before], rel=1e-3)
    assert found.cut == sum(norm > clip for norm in found.before)
    reader = seeded_reader(spec, "lstm")
    x, y = batch_of(spec)
    loss = nn.functional.mse_loss(reader(x), y)
    gradients = torch.autograd.grad(loss, list(reader.parameters()))
    whole = float(torch.cat([each.flatten() for each in gradients]).norm())
    assert found.before[0] == pytest.approx(whole, rel=1e-4)
    assert found.loss[0] == found.unclipped[0] == pytest.approx(loss.item())
    factor = min(1, clip / (whole + 1e-6))
    with torch.no_grad():
        for parameter, gradient in zip(reader.parameters(), gradients, strict=True):
            parameter -= RATE * factor * gradient
    x, y = batch_of(spec, 1)
    assert found.loss[1] == pytest.approx(nn.functional.mse_loss(reader(x), y).item(), rel=1e-4)


def test_without_clipping_an_exploding_rnn_is_lost() -> None:
    found = clipped(GradientSpec(start="orthogonal", weight_scale=2.0), "rnn")
    assert found.cut == TRAINED
    assert max(found.before) > 1e6
    assert max(found.loss) < 10 < 1e4 < found.unclipped[-1]
    assert "cut 16 of the 16 gradients of the **RNN**" in say_clipping([found])
    assert "without clipping" in say_losses([found])


def test_a_loss_that_is_no_number_ends_the_curve() -> None:
    spec = GradientSpec(steps=30, start="orthogonal", weight_scale=3.0, activation="relu", clip=0.05)
    found = clipped(spec, "rnn")
    assert len(found.unclipped) < TRAINED == len(found.loss)
    assert f"stops being a number after batch {len(found.unclipped)} without clipping" in say_losses([found])
    lost = clipped(replace(spec, steps=100, weight_scale=4.0), "rnn")
    assert lost.before == lost.loss == lost.unclipped == ()
    assert "larger than float32 can hold" in say_clipping([lost])
    assert "cut 0 of" not in say_clipping([lost])
    for each in (found, lost):
        for figure in (norms_figure([each], "light"), losses_figure([each], "dark")):
            figure.to_json()


def test_any_settings_can_be_said_and_drawn() -> None:
    rng = random.Random(4)
    for seed in range(12):
        numbers: dict[str, Any] = {}
        for name, (low, high) in LIMITS.items():
            value = rng.choice((low, high, low + (high - low) * rng.random()))
            whole = name in ("steps", "batch_size", "hidden_size", "seed")
            numbers[name] = int(value) if whole else float(value)
        numbers["steps"] = min(numbers["steps"], 60)
        spec = GradientSpec(
            **numbers, start=rng.choice(("torch", "orthogonal")), activation=rng.choice(("tanh", "relu"))
        )
        assert GradientSpec.from_query(spec.to_query())[1] == ()
        flows = [flow_of(spec, cell) for cell in CELLS]
        found = [radius for cell in CELLS for radius in radii(seeded_reader(spec, cell).recurrent)]
        said = say_inputs(flows) + say_states(flows, spec) + say_radii(found, flows, spec)
        assert "nan" not in said, (seed, said)
        for name in ("x", "h"):
            figure = flows_figure(flows, name, "light")  # type: ignore[arg-type]
            lines = [trace for trace in figure.data if trace.mode == "lines"]
            assert [len(trace.y) for trace in lines] == [spec.steps] * (3 if name == "x" else 4)
            assert figure.layout.yaxis.type == "log"
        radii_figure(found, flows, "dark").to_json()


def test_the_lines_are_named_with_their_values_and_differ_twice() -> None:
    flows = [flow_of(GradientSpec(steps=30), cell) for cell in CELLS]
    figure = flows_figure(flows, "x", "light")
    texts = " ".join(str(each.text) for each in figure.layout.annotations)
    for flow, name in zip(flows, ("RNN", "GRU", "LSTM"), strict=True):
        assert f"{name} {number(flow.x[0])}" in texts
    assert len({(trace.line.dash, trace.line.color) for trace in figure.data}) == 3
    assert len({trace.line.dash for trace in figure.data}) == 3
    assert {trace.line.color for trace in figure.data} == {colour(cell, "light") for cell in CELLS}
    places = sorted(each.y for each in figure.layout.annotations if each.xanchor == "right" and each.xref == "paper")
    low, high = figure.layout.yaxis.range
    assert all(b - a > 0.05 * (high - low) for a, b in pairwise(places))


def test_the_sentences_have_the_numbers() -> None:
    flows = [flow_of(GradientSpec(), cell) for cell in CELLS]
    assert f"**RNN** (0.06 → {number(flows[0].x[0])})" in say_inputs(flows)
    assert say_inputs(flows).startswith("From step 99, where the loss is, back to step 0: it **vanishes** in")
    assert f"{step_factor(flows[0].h):.2f} (**RNN**)" in say_states(flows, GradientSpec())
    assert "σ(0) = 0.50" in say_states(flows, GradientSpec())


def test_curves_that_grow() -> None:
    for losses in ([], [0.2], [0.2, 0.01, 1e-7]):
        figure = learning_figure({"rnn": losses, "lstm": losses}, 30, 1 / 6, "chance", "light")
        assert [len(trace.y) for trace in figure.data] == ([len(losses)] * 2 if losses else [])
        assert figure.layout.xaxis.range[1] > 30


def test_decades_are_few() -> None:
    for low, high in ((1e-280, 1), (1, 1e280), (0.5, 0.6), (1e-3, 1e3)):
        assert len(decades(low, high)) <= 8


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("steps", 201, "steps: expected a whole number from 3 to 200, got 201."),
        ("steps", 2.5, "steps: expected a whole number from 3 to 200, got 2.5."),
        ("weight_scale", 9.0, "weight_scale: expected a number from 0.1 to 4, got 9.0."),
        ("forget_bias", math.nan, "forget_bias: expected a number from -2 to 8, got nan."),
        ("activation", "sigmoid", "activation: expected one of tanh, relu, got 'sigmoid'."),
    ],
)
def test_what_is_no_setting_is_said(field: str, value: object, said: str) -> None:
    with pytest.raises(SpecError) as raised:
        GradientSpec(**{field: value})  # type: ignore[arg-type]
    assert str(raised.value) == said


def test_a_link_leaves_out_what_is_wrong() -> None:
    spec, problems = GradientSpec.from_query({"gT": "40", "gact": "sinus", "gfb": "much", "gclip": "nan", "other": "1"})
    assert spec == GradientSpec(steps=40)
    assert [problem.split(" was left out: ")[0] for problem in problems] == [
        "The link's gact=sinus",
        "The link's gfb=much",
        "The link's gclip=nan",
    ]


def test_links_hold_every_setting() -> None:
    spec = GradientSpec(50, 3, 9, "orthogonal", 1.7, "relu", 2.5, 0.35, 8, "clipping", "copy")
    assert set(spec.to_query()) == set(QUERY_NAMES.values())
    assert GradientSpec.from_query(spec.to_query()) == (spec, ())
    assert all(GradientSpec.from_query(preset.spec.to_query()) == (preset.spec, ()) for preset in PRESETS)


def test_a_network_can_be_sent_to_another_process() -> None:
    make = pickle.loads(pickle.dumps(partial(make_reader, GradientSpec(hidden_size=3), "lstm", 4, 3, every_step=True)))
    assert make()(torch.zeros(2, 5, 4)).shape == (2, 5, 3)
    spec = replace(GradientSpec(), seed=3)
    assert torch.equal(seeded_reader(spec, "rnn").linear.weight, seeded_reader(spec, "rnn").linear.weight)


@pytest.mark.parametrize("seed", range(6))
def test_the_script_prints_the_page_s_own_norms(seed: int, capsys: pytest.CaptureFixture[str]) -> None:
    rng = random.Random(seed)
    spec = GradientSpec(
        steps=rng.randint(3, 40),
        batch_size=rng.randint(1, 9),
        hidden_size=rng.randint(1, 9),
        start=rng.choice(["torch", "orthogonal"]),
        weight_scale=rng.uniform(0.3, 2),
        activation=rng.choice(["tanh", "relu"]),
        forget_bias=rng.uniform(-1, 4),
        seed=seed,
    )
    with preserved():
        exec(compile(gradient_script(spec), "gradients.py", "exec"), {})
    printed = capsys.readouterr().out.splitlines()
    for place, cell in enumerate(CELLS):
        flow = flow_of(spec, cell)
        for line, norms in zip(printed[2 * place : 2 * place + 2], (flow.x, flow.h), strict=True):
            last, first = (float(number) for number in re.findall(r"(\S+) at the", line))
            assert (last, first) == pytest.approx((norms[-1], norms[0]), rel=1e-3), line
