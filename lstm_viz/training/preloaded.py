"""Imported by the process that runs are forked from, and by nobody else."""

import gc

import torch
import torch._dynamo

import lstm_viz.preparation.sources
import lstm_viz.training.worker  # noqa: F401

torch.set_num_threads(1)  # threads do not survive a fork, so none may be started here
gc.collect()
gc.freeze()  # a garbage collection in a run would touch, and so copy, every page it shares
