"""What a packed sequence is not, and lengths that run beyond the steps."""

from __future__ import annotations

from lstm_viz.diagnosis.families.packing import PACK
from lstm_viz.diagnosis.finding import Diagnosis
from lstm_viz.diagnosis.rules import rules, worded

RULES = rules(
    (
        r"total_length to be at least the length of the longest sequence in input, but got total_length=(?P<total>\d+) "
        r"and "
        r"max sequence length being (?P<longest>\d+)",
        worded(
            Diagnosis(
                key="pack-total-length",
                title="total_length is shorter than the longest sequence",
                explanation="pad_packed_sequence was asked to pad to «total» steps, and the longest sequence has "
                "«longest».",
                axis="axis T of the padded output",
                fix="Give the number of steps that x had before packing, x.size(1) with batch_first=True (x.size(0) "
                "without); it must be at least «longest».",
                fixed_code="output, _ = pad_packed_sequence(packed, batch_first=True, total_length=x.size(1))",
                tells_apart="If «total» is your batch size, the wrong axis of x was asked for.",
                pitfall="pad-packed-shorter",
            ),
            total="total_length, the steps asked for",
            longest="steps of the longest sequence (T)",
        ),
    ),
    (
        r"must be (?:\w+ )?Tensors?, not PackedSequence|'PackedSequence' object has no attribute '(?P<name>\w+)'"
        r"|PackedSequence.{0,40}(?:not callable|indices)",
        worded(
            Diagnosis(
                key="packed-as-tensor",
                title="A PackedSequence was used as a tensor",
                explanation="After a packed input the layer's output is a PackedSequence: all steps of all samples in "
                "one long tensor .data, (N, D·H), with .batch_sizes. It has no axes of batch and time, and Linear, "
                "dropout, «name|size» and slicing do not know it.",
                axis="the output of the packed layer",
                fix="Unpack it first: output, lengths = pad_packed_sequence(packed, batch_first=True). The last real "
                "step is h_n[-1], without unpacking.",
                fixed_code="output, lengths = pad_packed_sequence(packed_output, batch_first=True)  # (B, T, D·H)\n"
                "scores = fc(h_n[-1])",
                pitfall="padding-last-step",
            )
        ),
    ),
    (
        r"padding_side to be one of",
        worded(
            Diagnosis(
                key="padding-side",
                title="padding_side is 'left' or 'right'",
                explanation="pad_sequence pads at the end, 'right', or at the beginning, 'left'.",
                fix="Choose one of them; for packing it must be 'right'.",
                fixed_code="x = pad_sequence(sequences, batch_first=True, padding_side='right')",
            )
        ),
    ),
    (
        r"'(?P<kind>Tensor|tuple)' object has no attribute '(?:batch_sizes|sorted_indices|unsorted_indices)'",
        worded(
            Diagnosis(
                key="unpack-tensor",
                title="pad_packed_sequence got something that is not packed",
                explanation="It got a «kind». It takes the PackedSequence that the layer returned for a packed input.",
                axis="the argument of pad_packed_sequence",
                fix="Hand the layer the packed x, take its output out of the tuple, and unpack that.",
                fixed_code=PACK + "\n"
                "packed_output, (h_n, c_n) = lstm(packed)\n"
                "output, lengths = pad_packed_sequence(packed_output, batch_first=True)",
                pitfall="padding-last-step",
            )
        ),
    ),
    (
        r"Cannot pack empty tensors|received an empty list of sequences",
        worded(
            Diagnosis(
                key="pack-empty",
                title="There is nothing to pack or pad",
                explanation="The batch holds no sample, or its sequences no step.",
                axis="axis B of x",
                fix="Look why the batch is empty: a filter, a split, or a DataLoader over an empty list.",
                fixed_code="sequences = [sequence for sequence in sequences if len(sequence) > 0]",
                pitfall="pack-zero-length",
            )
        ),
    ),
    (
        r"pack_padded_sequence has been called with a Python list of sequence lengths",
        worded(
            Diagnosis(
                key="pack-traced-list",
                title="Tracing keeps the lengths of this one batch",
                explanation="The lengths came as a Python list; torch.jit.trace writes their values down as constants.",
                fix="Hand the lengths over as a tensor when you trace or export.",
                fixed_code="packed = pack_padded_sequence(x, torch.as_tensor(lengths), batch_first=True, "
                "enforce_sorted=False)",
                confidence=0.85,
            )
        ),
    ),
    (
        r"start \((?P<start>\d+)\) \+ length \((?P<length>\d+)\) exceeds dimension size \((?P<size>\d+)\)",
        worded(
            Diagnosis(
                key="slice-too-long",
                title="More steps were asked for than there are",
                explanation="Steps «start» and the next «length» were asked for, of an axis of «size». In packing a "
                "length is larger than the padded sequence, or time and batch are swapped.",
                axis="the axis of time (T)",
                fix="No length may exceed x.size(1) (x.size(0) without batch_first); compute lengths after cutting, "
                "and say batch_first=True where x is (B, T, F).",
                fixed_code="lengths = lengths.clamp(max=x.size(1))",
                pitfall="pack-batch-first",
                confidence=0.85,
            ),
            size="steps that there are (T)",
            start="where the slice begins",
            length="how many steps were asked for",
        ),
    ),
)
