"""Mistakes with sequences of different lengths: packing them, and padding that is read as data."""

from __future__ import annotations

from typing import cast

from torch import Tensor

from lstm_viz.pitfalls.measures import gap
from lstm_viz.pitfalls.records import Namespace, Pitfall

_GROUP = "packing and padding"
_PACK = "from torch.nn.utils.rnn import pack_padded_sequence"
_BOTH = "from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence"


def _sample_0(names: Namespace) -> Tensor:
    _, h_n = names["gru"](names["x"][:1, : names["lengths"][0]])
    return cast(Tensor, h_n[-1, 0])


def _without_padding(names: Namespace) -> Tensor:
    return cast(Tensor, names["lstm"](names["x"][:, : names["lengths"][0]])[0])


PITFALLS = (
    Pitfall(
        key="pack-unsorted",
        kind="error",
        group=_GROUP,
        problem="Yes, if the lengths of your samples do not fall from the first to the last.",
        sizes={"B": 3, "T": 6, "F": 2},
        least={"B": 2, "T": 2},
        imports=_PACK,
        given="""
            x = torch.randn({B}, {T}, {F})       # (B, T, F), padded
            lengths = [1] + [{T}] * ({B} - 1)  # the shortest comes first
            """,
        wrong="""
            packed = pack_padded_sequence(x, lengths, batch_first=True)
            """,
        right="""
            packed = pack_padded_sequence(x, lengths, batch_first=True,
                                          enforce_sorted=False)
            """,
        says="`lengths` array must be sorted in decreasing order when `enforce_sorted` is True",
        why="By default PyTorch wants the longest sample first.",
        fix="`enforce_sorted=False`: PyTorch sorts, and puts outputs and h_n back into your order. Sorting by hand is "
        "only needed for ONNX, and then you have to put the results back yourself.",
    ),
    Pitfall(
        key="pack-batch-first",
        kind="error",
        group=_GROUP,
        problem="Yes, if the batch size in the message is your sequence length.",
        sizes={"B": 3, "T": 6, "F": 2},
        rules=("T != B",),
        imports=_PACK,
        given="""
            x = torch.randn({B}, {T}, {F})  # (B, T, F), padded
            lengths = [{T}] * {B}         # one for each sample
            """,
        wrong="""
            packed = pack_padded_sequence(x, lengths)
            """,
        right="""
            packed = pack_padded_sequence(x, lengths, batch_first=True)
            """,
        says="Expected `len(lengths)` to be equal to batch_size, but got {B} (batch_size={T})",
        misleads="It calls {T} the batch size. That is your T.",
        why="Packing has a batch_first of its own. Without it, x of ({B}, {T}, {F}) is read as (T, B, F): {T} samples, "
        "and there are {B} lengths.",
        fix="Say batch_first=True when packing and when unpacking, as in the layer.",
    ),
    Pitfall(
        key="pack-lengths-0d",
        kind="error",
        group=_GROUP,
        problem="Yes, if it fails only where a batch has one sample, and squeeze() stands near the lengths.",
        sizes={"T": 5, "F": 3},
        imports=_PACK,
        given="""
            x = torch.randn(1, {T}, {F})              # a batch of one
            mask = torch.ones(1, {T}, 1)             # 1 where there is data
            """,
        wrong="""
            lengths = mask.sum(1).long().squeeze()   # ()
            packed = pack_padded_sequence(x, lengths, batch_first=True)
            """,
        right="""
            lengths = mask.sum(1).long().squeeze(1)  # (1,)
            packed = pack_padded_sequence(x, lengths, batch_first=True)
            """,
        says="'lengths' argument should be a 1D CPU int64 tensor, but got 0D cpu Long tensor",
        older=("Length of all samples has to be greater than 0", "iteration over a 0-d tensor"),
        why="squeeze() removes every axis of size 1, and with one sample the batch is one too.",
        fix="Name the axis that goes: `squeeze(1)`. Or `lengths.view(-1)`.",
        shows=("lengths",),
    ),
    Pitfall(
        key="pack-lengths-device",
        kind="error",
        group=_GROUP,
        problem="Yes, if the lengths were sent to the GPU together with the data.",
        sizes={"B": 3, "T": 6, "F": 2},
        imports=_PACK,
        given="""
            x = torch.randn({B}, {T}, {F})  # (B, T, F), padded
            """,
        wrong="""
            # "meta" stands for the GPU here: this machine may have none
            lengths = torch.full(({B},), {T}, device="meta")
            packed = pack_padded_sequence(x, lengths, batch_first=True)
            """,
        right="""
            lengths = torch.full(({B},), {T})  # on the CPU
            packed = pack_padded_sequence(x, lengths, batch_first=True)
            """,
        says="'lengths' argument should be a 1D CPU int64 tensor, but got 1D meta Long tensor",
        older=("'lengths' argument should be a 1D CPU int64 tensor, but got 1D cuda:0 Long tensor",),
        why="The lengths say how the data is cut up, and that is decided on the CPU, wherever the data is.",
        fix="`pack_padded_sequence(x, lengths.cpu(), …)`. Only x goes to the GPU.",
        shows=("lengths",),
    ),
    Pitfall(
        key="pack-zero-length",
        kind="error",
        group=_GROUP,
        problem="Yes, if a sample has no step at all: an empty text, a row of padding alone.",
        sizes={"B": 3, "T": 5, "F": 2},
        least={"B": 2},
        imports=_PACK,
        given="""
            x = torch.randn({B}, {T}, {F})                     # (B, T, F), padded
            lengths = torch.tensor([{T}] * ({B} - 1) + [0])  # the last is empty
            """,
        wrong="""
            packed = pack_padded_sequence(x, lengths, batch_first=True)
            """,
        right="""
            kept = lengths > 0
            packed = pack_padded_sequence(x[kept], lengths[kept], batch_first=True)
            """,
        says="Length of all samples has to be greater than 0, but found an element in 'lengths' that is <= 0",
        why="A sequence without a step has no state to return.",
        fix="Leave empty samples out, or give them one step, `lengths.clamp(min=1)`, and ignore what comes out.",
        shows=("lengths",),
    ),
    Pitfall(
        key="pack-input-size",
        kind="error",
        group=_GROUP,
        problem="Yes, if the input is packed and has another number of features than the layer.",
        sizes={"T": 5, "F": 9, "H": 20},
        least={"T": 2},
        most={"F": 63},
        imports=_PACK,
        given="""
            x = torch.randn(2, {T}, {F})  # (B, T, F), padded
            packed = pack_padded_sequence(x, [{T}, 1], batch_first=True)
            """,
        wrong="""
            lstm = nn.LSTM({F+1}, {H}, batch_first=True)
            output, _ = lstm(packed)
            """,
        right="""
            lstm = nn.LSTM({F}, {H}, batch_first=True)
            output, _ = lstm(packed)
            """,
        says="mat1 and mat2 shapes cannot be multiplied ({T+1}x{F} and {F+1}x{4·H})",
        misleads="{T+1} is the sum of the lengths, {4·H} is 4·H: neither stands in your code. An input that is not "
        "packed gets a clear message instead.",
        why="The layer multiplies all {T+1} packed steps, of {F} features each, with its weight for {F+1} features. "
        "Where all lengths are equal it may even run and say nothing, so that no check is left.",
        fix="input_size is the number of features of the packed data: {F}.",
    ),
    Pitfall(
        key="pack-order-lost",
        kind="silent",
        group=_GROUP,
        problem="Yes, if you sort the batch before packing and the targets stay in their old order.",
        symptom="The loss does not go down as long as the batches are shuffled, and accuracy stays at chance.",
        sizes={"B": 3, "T": 6, "F": 4, "H": 8},
        least={"B": 2, "T": 3},
        imports=_PACK,
        given="""
            gru = nn.GRU({F}, {H}, batch_first=True)
            x = torch.randn({B}, {T}, {F})                     # (B, T, F), padded
            lengths = torch.tensor([2] + [{T}] * ({B} - 1))  # of each sample
            """,
        wrong="""
            ordered, order = lengths.sort(descending=True)
            _, h_n = gru(pack_padded_sequence(x[order], ordered, batch_first=True))
            last = h_n[-1]  # rows in the order of the lengths
            """,
        right="""
            _, h_n = gru(pack_padded_sequence(x, lengths, batch_first=True,
                                              enforce_sorted=False))
            last = h_n[-1]  # rows in the order of x
            """,
        measures=(gap("row 0 against sample 0, run alone", lambda names: names["last"][0], _sample_0),),
        why="Row 0 is now the longest sample. The target of row 0 is still that of the first one: each prediction is "
        "compared with somebody else's answer.",
        fix="`enforce_sorted=False`, or put the rows back: `last[order.argsort()]`.",
        shows=("last",),
    ),
    Pitfall(
        key="pad-packed-shorter",
        kind="error",
        group=_GROUP,
        problem="Yes, if the output is as long as the longest sample of the batch, and your mask as long as the data.",
        sizes={"B": 3, "T": 8, "F": 2, "H": 4},
        least={"T": 3},
        imports=_BOTH,
        given="""
            lstm = nn.LSTM({F}, {H}, batch_first=True)
            x = torch.randn({B}, {T}, {F})       # (B, T, F), padded
            lengths = [{T-1}] * {B}            # no sample is as long as T
            mask = torch.ones({B}, {T}, 1)
            output, _ = lstm(pack_padded_sequence(x, lengths, batch_first=True))
            """,
        wrong="""
            output, _ = pad_packed_sequence(output, batch_first=True)
            masked = output * mask
            """,
        right="""
            output, _ = pad_packed_sequence(output, batch_first=True,
                                            total_length={T})
            masked = output * mask
            """,
        says="The size of tensor a ({T-1}) must match the size of tensor b ({T}) at non-singleton dimension 1",
        why="Unpacking pads up to the longest sample of this batch, {T-1} steps. The mask has {T}.",
        fix="`total_length={T}` pads up to the length that the data had. DataParallel needs it as well.",
        shows=("output", "mask", "masked"),
    ),
    Pitfall(
        key="padding-last-step",
        kind="silent",
        group=_GROUP,
        problem="Yes, if your sequences are padded at the end and you take output[:, -1].",
        symptom="Short texts are classified badly, long ones well; the prediction changes when a batch is padded "
        "further.",
        sizes={"B": 4, "T": 8, "F": 3, "H": 5},
        least={"T": 3},
        imports=_PACK,
        given="""
            lstm = nn.LSTM({F}, {H}, batch_first=True)
            lengths = torch.full(({B},), {T-2})  # the last 2 steps are padding
            x = torch.randn({B}, {T}, {F})        # (B, T, F)
            x[:, {T-2}:] = 0
            """,
        wrong="""
            output, _ = lstm(x)
            last = output[:, -1]  # after the padding
            """,
        right="""
            packed = pack_padded_sequence(x, lengths, batch_first=True,
                                          enforce_sorted=False)
            _, (h_n, _) = lstm(packed)
            last = h_n[-1]        # after the last real step
            """,
        measures=(
            gap(
                "difference to the samples without padding",
                lambda names: names["last"],
                lambda names: _without_padding(names)[:, -1],
            ),
        ),
        why="A zero is an input like any other: the layer goes on through the 2 steps of padding, and its state fades "
        "or drifts. The longer the padding, the less is left of the words.",
        fix="Pack, and take h_n[-1]. Or pick each sample's own last step: `output[torch.arange(B), lengths - 1]`.",
        shows=("last",),
    ),
    Pitfall(
        key="padding-reverse",
        kind="silent",
        group=_GROUP,
        problem="Yes, if a bidirectional layer reads padded sequences that are not packed.",
        symptom="The same sentence gives another prediction in a batch with longer ones.",
        sizes={"B": 4, "T": 8, "F": 3, "H": 5},
        least={"T": 3},
        imports=_BOTH,
        given="""
            lstm = nn.LSTM({F}, {H}, batch_first=True, bidirectional=True)
            lengths = torch.full(({B},), {T-2})  # the last 2 steps are padding
            x = torch.randn({B}, {T}, {F})        # (B, T, F)
            x[:, {T-2}:] = 0
            """,
        wrong="""
            output, _ = lstm(x)
            words = output[:, :{T-2}]  # the padding is cut off
            """,
        right="""
            packed = pack_padded_sequence(x, lengths, batch_first=True)
            output, _ = pad_packed_sequence(lstm(packed)[0], batch_first=True)
            words = output[:, :{T-2}]
            """,
        measures=(gap("difference to the samples without padding", lambda names: names["words"], _without_padding),),
        why="The reverse direction begins at the end, in the padding: what it carries into the words comes from there. "
        "Cutting the padding off afterwards is too late, every real step has already heard of it.",
        fix="Pack the sequences. Then the reverse direction begins at each sample's own last step.",
        shows=("words",),
    ),
)
