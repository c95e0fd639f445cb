"""Where to start: settings in which one thing is to be seen."""

from __future__ import annotations

from dataclasses import dataclass

from lstm_viz.gradients.spec import GradientSpec


@dataclass(frozen=True)
class GradientPreset:
    """A name, what is to be seen, and the settings."""

    name: str
    about: str
    spec: GradientSpec


PRESETS = (
    GradientPreset(
        "RNN forgets",
        "100 steps, weights as PyTorch draws them. An LSTM with forget bias 0 forgets no less.",
        GradientSpec(),
    ),
    GradientPreset(
        "LSTM remembers with forget bias 1",
        "30 steps. The forget gate starts open by σ(1) = 0.73 instead of a half: step 0 is still heard, faintly.",
        GradientSpec(steps=30, forget_bias=1.0),
    ),
    GradientPreset(
        "200 steps: forget bias 5",
        "σ(5) = 0.993: what is said at step 199 is heard at step 0.",
        GradientSpec(steps=200, forget_bias=5.0),
    ),
    GradientPreset(
        "Explodes: weight scale 2",
        "W_hh orthogonal, times 2: its spectral radius is 2.",
        GradientSpec(start="orthogonal", weight_scale=2.0),
    ),
    GradientPreset(
        "Clipping",
        "The exploding RNN, trained with clipping and without.",
        GradientSpec(start="orthogonal", weight_scale=2.0, view="clipping"),
    ),
    GradientPreset(
        "RNN fails, LSTM learns",
        "The adding problem over 50 steps, trained live.",
        GradientSpec(steps=50, forget_bias=1.0, view="learning"),
    ),
)
