"""Imported by the process that runs are forked from, and by nobody else.

It trains a little network: what torch does at its first forward and backward pass is done here, and not in each run.
"""

import gc
from contextlib import suppress

import torch
import torch._dynamo

import lstm_viz.preparation.sources
import lstm_viz.training.worker
import lstm_viz.training.writing  # noqa: F401
from lstm_viz.preparation.recipe import Recipe
from lstm_viz.spec import NetworkSpec
from lstm_viz.training.job import Job, TableData, start
from lstm_viz.training.live import look
from lstm_viz.training.metrics import report
from lstm_viz.training.spec import TrainingSpec


def train_once() -> None:
    """One epoch, a look and a report."""
    started = start(Job(NetworkSpec(), TableData(Recipe()), TrainingSpec(epochs=1)))
    list(started.epochs())
    look(started.training.model, started.data, started.network, 1)
    report(started.training.model, started.data, started.network)


torch.set_num_threads(1)  # threads do not survive a fork, so none may be started here
if not torch.accelerator.is_available():  # with one, a backward pass starts threads
    with suppress(Exception):  # the runs will say what it was
        train_once()
gc.collect()
gc.freeze()  # a garbage collection in a run would touch, and so copy, every page it shares
