"""Layers that look for the features on another axis than an LSTM has them: BatchNorm, LayerNorm, Conv1d, attention."""

from __future__ import annotations

from lstm_viz.diagnosis.finding import Diagnosis
from lstm_viz.diagnosis.rules import rules, worded

RULES = rules(
    (
        r"running_mean should contain (?P<got>\d+) elements not (?P<made>\d+)",
        worded(
            Diagnosis(
                key="batch-norm-axis",
                title="BatchNorm1d normalizes axis 1, and that is not the features",
                explanation="BatchNorm1d(«made») was made for «made» features and found «got» on axis 1. It takes (B, "
                "features, T); after an LSTM output is (B, T, H), so axis 1 is the steps.",
                axis="axis 1 of its input (T instead of H)",
                fix="Turn it and back: bn(output.transpose(1, 2)).transpose(1, 2); or normalize the last step, (B, H); "
                "or use LayerNorm(«made»), which takes the last axis.",
                fixed_code="output = bn(output.transpose(1, 2)).transpose(1, 2)  # (B, H, T) inside",
                pitfall="batch-norm-axis",
            ),
            got="axis 1 of the input, rather the steps (T)",
            made="num_features of the BatchNorm (H)",
        ),
    ),
    (
        r"weight of size .{1,60}expected input.{1,60}to have (?P<want>\d+) channels, but got (?P<got>\d+) channels",
        worded(
            Diagnosis(
                key="conv-channels",
                title="A convolution takes the channels on axis 1",
                explanation="Conv1d was made for «want» channels and found «got» on axis 1. It takes (B, channels, T); "
                "data for an LSTM is (B, T, F), with the features last.",
                axis="axis 1 of its input",
                fix="Turn x before the convolution and back after it, with transpose(1, 2).",
                fixed_code="y = conv(x.transpose(1, 2)).transpose(1, 2)  # (B, F, T) inside, (B, T, channels) for the "
                "LSTM",
                pitfall="view-for-permute",
            ),
            want="in_channels of the convolution",
            got="axis 1 of the input",
        ),
    ),
    (
        r"Expected (?:2D \(unbatched\) or 3D|\d-dimensional input|2D or 3D input).{0,120}(?:conv1d|dimensional "
        r"weight|got)",
        worded(
            Diagnosis(
                key="layer-dimensions",
                title="A convolution or BatchNorm got another number of axes than it takes",
                explanation="Conv1d and BatchNorm1d take (B, channels, T). What came in has an axis too few or too "
                "many: a missing batch, or a feature axis that was not added.",
                axis="the axes of its input",
                fix="Print the shape before it; add an axis with unsqueeze, and turn (B, T, F) with transpose(1, 2).",
                fixed_code="y = conv(x.transpose(1, 2)).transpose(1, 2)",
                pitfall="batch-norm-axis",
                confidence=0.8,
            )
        ),
    ),
    (
        r"Kernel size: \((?P<kernel>\d+)\)|Kernel size can't be greater than actual input size",
        worded(
            Diagnosis(
                key="conv-too-short",
                title="The sequence is shorter than the convolution's kernel",
                explanation="On the last axis, which a convolution takes for the steps, there are fewer entries than "
                "the kernel has. With (B, T, F) the last axis is the features.",
                axis="the last axis of its input (F instead of T)",
                fix="Turn x before the convolution, x.transpose(1, 2), or choose a smaller kernel.",
                fixed_code="y = conv(x.transpose(1, 2)).transpose(1, 2)  # (B, F, T) inside",
            )
        ),
    ),
    (
        r"expecting embedding dimension of (?P<want>\d+), but got (?P<got>\d+)|embed_dim must be divisible by "
        r"num_heads",
        worded(
            Diagnosis(
                key="attention-size",
                title="The attention layer's size does not fit",
                explanation="MultiheadAttention has one embed_dim for its inputs, divisible by num_heads. After an "
                "LSTM the last axis is H, 2·H if bidirectional.",
                axis="the last axis of its input",
                fix="Make embed_dim that size, and num_heads a divisor of it.",
                fixed_code="attention = nn.MultiheadAttention(hidden_size * directions, num_heads=4, batch_first=True)",
            ),
            want="embed_dim of the attention layer",
            got="features that it got",
        ),
    ),
    (
        r"Expected more than 1 value per channel when training",
        worded(
            Diagnosis(
                key="batch-norm-one",
                title="BatchNorm got a batch of one sample while training",
                explanation="The mean and spread over one value cannot be learned from. The last batch holds one "
                "sample, or one is predicted in training mode.",
                axis="axis 0 of its input (B)",
                fix="DataLoader(..., drop_last=True) for training, model.eval() for predicting.",
                fixed_code="loader = DataLoader(data, batch_size=64, shuffle=True, drop_last=True)",
                pitfall="eval-forgotten",
            )
        ),
    ),
    (
        r"normalized_shape=\(?(?P<made>\d+)\)?, expected input with shape",
        worded(
            Diagnosis(
                key="layer-norm-axis",
                title="LayerNorm's size is not the last axis of its input",
                explanation="LayerNorm(«made») normalizes the last axis, which has another size here.",
                axis="the last axis of its input",
                fix="After an LSTM the last axis has H features, 2·H if bidirectional: LayerNorm of that size.",
                fixed_code="norm = nn.LayerNorm(hidden_size * directions)",
            ),
            made="normalized_shape",
        ),
    ),
)
