"""What every run needs, imported once by the process that runs are forked from, which they then share.

Each is named by itself: where one cannot be imported from there, the others are. torch imports _dynamo with its first
optimizer, which takes a second; scikit-learn is for scalers and metrics. The last is for the process that draws.
"""

MODULES = (
    "torch",
    "torch._dynamo",
    "sklearn.metrics",
    "sklearn.preprocessing",
    "lstm_viz.training.preloaded",
    "lstm_viz.drawing.order",
)
