"""The script of an opened cell: it reads a layer step by step, prints the gates, and compares with PyTorch."""

from __future__ import annotations

from lstm_viz.batch import Batch
from lstm_viz.codegen import Shapes, script
from lstm_viz.spec import NetworkSpec

_GATES = {
    "lstm": """\
        a_i, a_f, a_g, a_o = (input_share + recurrent_share).chunk(4, dim=1)  # (B, H) each
        i, f, g, o = a_i.sigmoid(), a_f.sigmoid(), a_g.tanh(), a_o.sigmoid()
        c = f * c + i * g
        h = {h}
        steps[t] = {{"i": i, "f": f, "g": g, "o": o, "c": c, "h": h}}""",
    "gru": """\
        x_r, x_z, x_n = input_share.chunk(3, dim=1)  # (B, H) each
        h_r, h_z, h_n = recurrent_share.chunk(3, dim=1)
        r, z = (x_r + h_r).sigmoid(), (x_z + h_z).sigmoid()
        n = (x_n + r * h_n).tanh()
        h = (1 - z) * n + z * h
        steps[t] = {{"r": r, "z": z, "n": n, "h": h}}""",
    "rnn": """\
        h = (input_share + recurrent_share).{activation}()
        steps[t] = {{"h": h}}""",
}
_SCRIPT = '''\
{head}
model.eval()
{cell} = model.{cell}


def read(sequence, end, backwards):
    """Read (B, T, ·) with the weights whose names have this end: what is in the cell after each step."""
    B, T, _ = sequence.shape
    W_ih, W_hh = getattr({cell}, "weight_ih" + end), getattr({cell}, "weight_hh" + end){biases}
    h = torch.zeros(B, {state})
{memory}    steps = [{{}}] * T
    for t in reversed(range(T)) if backwards else range(T):
        input_share = sequence[:, t] @ W_ih.T{input_bias}
        recurrent_share = h @ W_hh.T{recurrent_bias}
{gates}
    return steps


def outputs(ways):
    """(B, T, D·H): h at every step, both directions side by side."""
    return torch.cat([torch.stack([step["h"] for step in way], dim=1) for way in ways], dim=2)


# Layer by layer, and then the one that was looked at.
with torch.no_grad():
    sequence = {sequence}
    for layer in range({cell}.num_layers):
        ways = [read(sequence, f"_l{{layer}}{{end}}", end != "") for end in {ends}]
        if layer == {layer}:
            looked_at = ways[{direction}]
        sequence = outputs(ways)
    output = {cell}({read})[0]{turned}

torch.set_printoptions(precision=4, sci_mode=False)
for t, step in enumerate(looked_at):
    for name, value in step.items():
        print(f"t = {{t}}  {{name}} =", value[{sample}])
print("greatest difference to PyTorch", (sequence - output).abs().max().item())
'''


def cell_script(
    spec: NetworkSpec,
    shapes: Shapes,
    batch: Batch | None = None,
    *,
    sample: int = 0,
    layer: int = 0,
    direction: int = 0,
) -> str:
    """A script with the network and data of ``spec`` that unrolls it and prints each gate of a sample at each step.

    ``shapes`` and ``batch`` are as for ``codegen.script``. It needs torch only.

    >>> "i, f, g, o = a_i.sigmoid()" in cell_script(NetworkSpec(data="random"), {})
    True
    """
    embedded = "model.embedding(x)" if spec.input == "tokens" else "x"
    turned = "" if spec.batch_first else ".transpose(0, 1)"
    projected = "(o * c.tanh()) @ getattr(lstm, 'weight_hr' + end).T" if spec.proj_size else "o * c.tanh()"
    biases = f'\n    b_ih, b_hh = getattr({spec.cell}, "bias_ih" + end), getattr({spec.cell}, "bias_hh" + end)'
    return _SCRIPT.format(
        head=script(spec, shapes, batch).split("\nloss_function = ")[0],
        cell=spec.cell,
        biases=biases if spec.bias else "",
        input_bias=" + b_ih" if spec.bias else "",
        recurrent_bias=" + b_hh" if spec.bias else "",
        state=spec.proj_size or spec.hidden_size,
        memory=f"    c = torch.zeros(B, {spec.hidden_size})\n" if spec.cell == "lstm" else "",
        gates=_GATES[spec.cell].format(h=projected, activation=spec.nonlinearity),
        sequence=embedded + turned,
        read=embedded,
        turned=turned,
        ends='("", "_reverse")' if spec.bidirectional else '("",)',
        layer=layer,
        direction=direction,
        sample=sample,
    )
