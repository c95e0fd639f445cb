"""Mistakes with h_0 and c_0, the states that a recurrent layer begins with."""

from __future__ import annotations

from lstm_viz.pitfalls.records import Pitfall

_GROUP = "hidden state"

PITFALLS = (
    Pitfall(
        key="hidden-state-last-batch",
        kind="error",
        group=_GROUP,
        problem="Yes, if the state is made once with a fixed batch size, and the error comes at the end of an epoch.",
        sizes={"B": 64, "B2": 4, "T": 10, "F": 8, "H": 16, "L": 1},
        rules=("B2 < B",),
        least={"B": 2},
        given="""
            lstm = nn.LSTM({F}, {H}, num_layers={L}, batch_first=True)
            data = torch.randn({B} + {B2}, {T}, {F})  # one full batch and a rest
            """,
        wrong="""
            h_0 = torch.zeros({L}, {B}, {H})  # made once
            c_0 = torch.zeros({L}, {B}, {H})
            for x in data.split({B}):
                output, _ = lstm(x, (h_0, c_0))
            """,
        right="""
            for x in data.split({B}):
                h_0 = torch.zeros({L}, len(x), {H})  # as large as this batch
                c_0 = torch.zeros({L}, len(x), {H})
                output, _ = lstm(x, (h_0, c_0))
            """,
        says="Expected hidden[0] size ({L}, {B2}, {H}), got [{L}, {B}, {H}]",
        older=(
            "Expected hidden size (1, 4, 16), got (1, 64, 16)",
            "Expected hidden[0] size (1, 4, 16), got (1, 64, 16)",
        ),
        misleads="“Expected” is what the input asks for, “got” is the state: it is the state that has to change.",
        why="h_0 was made for a batch of {B}. The last batch holds the {B2} samples that were left over.",
        fix="Make the state from the batch itself, `torch.zeros(L, x.size(0), H)`, or leave it out: without a state "
        "the layer begins with zeros of the right size. `DataLoader(drop_last=True)` drops the rest instead.",
        shows=("x", "h_0", "output"),
    ),
    Pitfall(
        key="hidden-state-batch-first",
        kind="error",
        group=_GROUP,
        problem="Yes, if batch_first=True is set and your h_0 begins with the batch too.",
        sizes={"B": 32, "T": 6, "F": 8, "H": 12, "L": 1},
        rules=("L != B",),
        given="""
            lstm = nn.LSTM({F}, {H}, num_layers={L}, batch_first=True)
            x = torch.randn({B}, {T}, {F})  # (B, T, F)
            """,
        wrong="""
            h_0 = torch.zeros({B}, {L}, {H})  # (B, L, H)
            c_0 = torch.zeros({B}, {L}, {H})
            output, _ = lstm(x, (h_0, c_0))
            """,
        right="""
            h_0 = torch.zeros({L}, {B}, {H})  # (L, B, H)
            c_0 = torch.zeros({L}, {B}, {H})
            output, _ = lstm(x, (h_0, c_0))
            """,
        says="Expected hidden[0] size ({L}, {B}, {H}), got [{B}, {L}, {H}]",
        older=("Expected hidden[0] size (1, 32, 12), got (32, 1, 12)",),
        why="batch_first turns the input and the output. h_0, c_0, h_n and c_n stay (L·D, B, H) = ({L}, {B}, {H}).",
        fix="Keep the layers first in every state, whatever batch_first says.",
        shows=("h_0", "output"),
    ),
    Pitfall(
        key="hidden-state-layout",
        kind="error",
        group=_GROUP,
        problem="Yes, if the message expects your sequence length where the batch size belongs.",
        sizes={"B": 10, "T": 70, "F": 20, "H": 32},
        most={"T": 100},
        rules=("T != B",),
        given="""
            x = torch.randn({T}, {B}, {F})  # (T, B, F): time first
            h_0 = torch.zeros(1, {B}, {H})
            c_0 = torch.zeros(1, {B}, {H})
            """,
        wrong="""
            lstm = nn.LSTM({F}, {H}, batch_first=True)
            output, _ = lstm(x, (h_0, c_0))
            """,
        right="""
            lstm = nn.LSTM({F}, {H})  # time first, as x is
            output, _ = lstm(x, (h_0, c_0))
            """,
        says="Expected hidden[0] size (1, {T}, {H}), got [1, {B}, {H}]",
        older=("Expected hidden[0] size (1, 70, 32), got (1, 10, 32)",),
        misleads="The state is right. It is the input that is read with its axes exchanged.",
        why="x is (T, B, F) and the layer was told (B, T, F): it takes the {T} steps for {T} samples, and the state "
        "has {B}. With T = B it would run and say nothing.",
        fix="Let batch_first agree with the data, or turn the data with `x.transpose(0, 1)`.",
        shows=("output",),
    ),
    Pitfall(
        key="hidden-state-directions",
        kind="error",
        group=_GROUP,
        problem="Yes, if one of two layers that share a state is bidirectional, or has more layers than the other.",
        sizes={"B": 4, "T": 6, "F": 8, "H": 16},
        given="""
            encoder = nn.GRU({F}, {H}, batch_first=True, bidirectional=True)
            x = torch.randn({B}, {T}, {F})      # (B, T, F)
            start = torch.randn({B}, 1, {F})   # the decoder's first step
            _, h_n = encoder(x)               # (2, {B}, {H}) = (L·D, B, H)
            """,
        wrong="""
            decoder = nn.GRU({F}, {H}, batch_first=True)
            output, _ = decoder(start, h_n)
            """,
        right="""
            decoder = nn.GRU({F}, {2·H}, batch_first=True)
            h_0 = torch.cat([h_n[0], h_n[1]], dim=1).unsqueeze(0)
            output, _ = decoder(start, h_0)
            """,
        says="Expected hidden size (1, {B}, {H}), got [2, {B}, {H}]",
        why="A bidirectional layer returns D = 2 states for each layer. The decoder has one direction and wants one.",
        fix="Put the two side by side, (1, B, 2·H) for a decoder of 2·H = {2·H} units, or add them for one of H = {H}.",
        shows=("h_n", "h_0", "output"),
    ),
    Pitfall(
        key="hidden-state-dimensions",
        kind="error",
        group=_GROUP,
        problem="Yes, if the input has three axes and the state that you hand over has two.",
        sizes={"B": 5, "T": 7, "F": 3, "H": 4},
        given="""
            lstm = nn.LSTM({F}, {H}, batch_first=True)
            x = torch.randn({B}, {T}, {F})  # (B, T, F)
            """,
        wrong="""
            h_0 = torch.zeros({B}, {H})  # (B, H)
            c_0 = torch.zeros({B}, {H})
            output, _ = lstm(x, (h_0, c_0))
            """,
        right="""
            h_0 = torch.zeros(1, {B}, {H})  # (L·D, B, H)
            c_0 = torch.zeros(1, {B}, {H})
            output, _ = lstm(x, (h_0, c_0))
            """,
        says="For batched 3-D input, hx and cx should also be 3-D but got (2-D, 2-D) tensors",
        why="A state always has the axis of the layers too, even of one layer.",
        fix="Give the state three axes, (L·D, B, H) = (1, {B}, {H}): `h.unsqueeze(0)`. Two axes belong to an LSTMCell.",
        shows=("h_0", "output"),
    ),
    Pitfall(
        key="hidden-state-projection",
        kind="error",
        group=_GROUP,
        problem="Yes, if the layer has proj_size and your h_0 has hidden_size numbers.",
        sizes={"B": 2, "T": 3, "F": 10, "H": 20, "P": 5},
        rules=("P < H",),
        least={"H": 2},
        given="""
            lstm = nn.LSTM({F}, {H}, proj_size={P}, batch_first=True)
            x = torch.randn({B}, {T}, {F})      # (B, T, F)
            c_0 = torch.zeros(1, {B}, {H})     # the memory keeps all of H
            """,
        wrong="""
            h_0 = torch.zeros(1, {B}, {H})  # (1, B, H)
            output, _ = lstm(x, (h_0, c_0))
            """,
        right="""
            h_0 = torch.zeros(1, {B}, {P})  # (1, B, P)
            output, _ = lstm(x, (h_0, c_0))
            """,
        says="Expected hidden[0] size (1, {B}, {P}), got [1, {B}, {H}]",
        why="A projection makes h smaller, {P} numbers instead of {H}. c is not projected and keeps {H}.",
        fix="h_0 is (L·D, B, P), c_0 is (L·D, B, H).",
        shows=("h_0", "c_0", "output"),
    ),
    Pitfall(
        key="hidden-state-data-parallel",
        kind="error",
        group=_GROUP,
        problem="Yes, if the model is wrapped in nn.DataParallel and forward takes a state as an argument.",
        sizes={"B": 48, "T": 18, "F": 30, "H": 16},
        least={"B": 2},
        given="""
            lstm = nn.LSTM({F}, {H}, batch_first=True, bidirectional=True)
            x = torch.randn({B}, {T}, {F})  # (B, T, F)
            """,
        wrong="""
            h = torch.zeros(2, {B}, {H})  # (L·D, B, H)
            # DataParallel cuts every argument along its first axis
            x_0, h_0 = x.chunk(2)[0], h.chunk(2)[0]
            output, _ = lstm(x_0, (h_0, h_0))
            """,
        right="""
            x_0 = x.chunk(2)[0]  # what the first GPU gets
            h_0 = x_0.new_zeros(2, len(x_0), {H})  # made inside forward
            output, _ = lstm(x_0, (h_0, h_0))
            """,
        says="got [1, {B}, {H}]",
        older=(
            "Expected hidden[0] size (2, 24, 128), got [1, 48, 128]",
            "Expected hidden size (2, 24L, 128), got (1L, 48L, 128L)",
        ),
        misleads="It looks like a wrong number of layers. The cut went through the wrong axis.",
        why="The first axis of x is the batch, the first axis of a state is L·D: one GPU gets half of the samples, and "
        "the states of one direction for all {B}.",
        fix="Make the state inside forward, from the part of the batch that arrived there.",
        shows=("x_0", "h_0", "output"),
    ),
    Pitfall(
        key="lstmcell-over-batch",
        kind="error",
        group=_GROUP,
        problem="Yes, if the loop around your LSTMCell runs over the samples and not over time.",
        sizes={"B": 3, "T": 6, "F": 10, "H": 20},
        rules=("B != H",),
        least={"B": 2},
        given="""
            cell = nn.LSTMCell({F}, {H})
            h = torch.zeros({B}, {H})
            c = torch.zeros({B}, {H})
            """,
        wrong="""
            x = torch.randn({B}, {F})  # (B, F): no time axis
            for step in x:            # one sample each time
                h, c = cell(step, (h, c))
            """,
        right="""
            x = torch.randn({T}, {B}, {F})  # (T, B, F)
            for step in x:                # (B, F) each time
                h, c = cell(step, (h, c))
            """,
        says="hidden0 has inconsistent hidden_size: got {B}, expected {H}",
        older=("Dimension out of range (expected to be in range of [-1, 0], but got 1)",),
        misleads="The {B} that it calls a hidden size is the batch: the state is read as if it had no batch axis.",
        why="Each pass of the loop takes one sample, without a batch axis, while the state holds all {B}.",
        fix="Loop over the time axis: x is (T, B, F), and each step is (B, F) = ({B}, {F}).",
        shows=("step", "h"),
    ),
)
