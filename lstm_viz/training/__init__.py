"""Training: real networks on real data, as a generator of epochs, and in processes of their own.

>>> import torch
>>> from lstm_viz import NetworkSpec, build
>>> from lstm_viz.training import TrainingSpec, train
>>> x = torch.linspace(0, 1, 40).reshape(8, 5, 1)
>>> model = build(NetworkSpec(sequence_length=5))
>>> for epoch in train(model, [(x, x[:, -1])], spec=TrainingSpec(epochs=2)):
...     print(epoch.epoch, epoch.train_loss > 0)
1 True
2 True
"""

from lstm_viz.training.job import Job, TableData, TensorData, TextData, start, train
from lstm_viz.training.limits import Limits, Room
from lstm_viz.training.records import Epoch, curves_csv
from lstm_viz.training.runner import Runner, RunnerError
from lstm_viz.training.spec import TrainingSpec
from lstm_viz.training.thinning import thin
from lstm_viz.training.view import RunView

__all__ = [
    "Epoch",
    "Job",
    "Limits",
    "Room",
    "RunView",
    "Runner",
    "RunnerError",
    "TableData",
    "TensorData",
    "TextData",
    "TrainingSpec",
    "curves_csv",
    "start",
    "thin",
    "train",
]
