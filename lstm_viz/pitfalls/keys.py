"""The catalogue's contents: the keys that links hold, in the order in which people make the mistakes."""

from __future__ import annotations

TITLES: dict[str, str] = {
    # the hidden state
    "hidden-state-last-batch": "My hidden state does not fit the last, smaller batch",
    "hidden-state-batch-first": "I set batch_first, and my h_0 of (B, L, H) is refused",
    "hidden-state-layout": "PyTorch takes my sequence length for the batch size",
    "hidden-state-directions": "My bidirectional encoder’s state does not fit my decoder",
    "hidden-state-dimensions": "It says hx should be 3-D, and mine is 2-D",
    "hidden-state-projection": "With proj_size my h_0 no longer fits",
    "hidden-state-data-parallel": "With DataParallel the hidden state is cut along the layers",
    "lstmcell-over-batch": "My loop over an LSTMCell says that the hidden size is inconsistent",
    # packing and padding
    "pack-unsorted": "Packing wants my lengths sorted",
    "pack-batch-first": "Packing says that there are as many lengths as samples, and there are",
    "pack-lengths-0d": "Packing fails on a batch of one sample",
    "pack-lengths-device": "Packing refuses my lengths on the GPU",
    "pack-zero-length": "Packing refuses an empty sequence",
    "pack-input-size": "mat1 and mat2 do not fit, and I only packed the input",
    "pack-order-lost": "I sorted the batch for packing, and the predictions belong to other samples",
    "pad-packed-shorter": "After unpacking, my mask no longer fits the output",
    "padding-last-step": "output[:, -1] reads the padding and not the last word",
    "padding-reverse": "The reverse direction reads the padding first",
    # cross-entropy
    "cross-entropy-classes-last": "Cross-entropy expects another target size for my (B, T, C) scores",
    "cross-entropy-time-is-classes": "T equals C, and cross-entropy takes the wrong axis in silence",
    "cross-entropy-target-column": "Cross-entropy says that multi-target is not supported",
    "cross-entropy-one-hot": "Cross-entropy refuses my one-hot targets",
    "cross-entropy-every-step": "The input's batch size is T times that of my target",
    "cross-entropy-0d-target": "Cross-entropy says that my target's batch size is 0",
    "cross-entropy-target-dtype": "Cross-entropy refuses targets of int32 or float",
    # batch_first, the last step, h_n
    "batch-first-forgotten": "I forgot batch_first: time and batch are swapped",
    "last-step-axis": "output[-1] is the last sample, not the last step",
    "h-n-reverse-only": "h_n[-1] of a bidirectional layer is the reverse direction alone",
    "bidirectional-last-step": "The reverse half of output[:, -1] has seen one step only",
    "h-n-lowest-layer": "h_n[0] of a stack is the lowest layer",
    "h-n-view": "h_n.view(B, -1) mixes the samples",
    "h-n-layers-into-batch": "h_n.view(-1, H) stacks the layers into the batch",
    # (N, 1) against (N,)
    "mse-broadcast": "MSE warns of a target size that differs: (B, 1) against (B,)",
    "mse-broadcast-by-hand": "My own squared error compares every prediction with every target",
    # dtypes
    "input-integers": "The layer refuses my integers",
    "input-double": "Double against float: my numpy array is refused",
    "embedding-float": "The embedding refuses float indices",
    # indices out of range
    "embedding-index-range": "index out of range in self",
    "class-index-range": "Target 5 is out of bounds",
    # the input's size and dimensions
    "input-size": "input.size(-1) must be equal to input_size",
    "input-4d": "Expected input to be 2D or 3D, got 4D instead",
    "linear-in-features": "mat1 and mat2 do not fit after a bidirectional layer",
    # two axes are one sequence
    "unbatched-2d": "My 2-D batch is read as one long sequence",
    "unbatched-then-batched": "It fails at the second step, and about the states",
    # devices
    "device-input": "The model and the input are on two devices",
    "device-hidden-state": "The hidden state stayed on the CPU",
    # scaling
    "scaler-columns": "inverse_transform refuses my predictions",
    "scaler-broadcast": "Scaling back turns one column into all of them",
    "scaler-leak": "My scaler has seen the test rows",
    # what a layer returns
    "tuple-output": "nn.Sequential with an LSTM: must be Tensor, not tuple",
    "gru-state-unpacked": "A GRU's state does not unpack into (h, c)",
    "gru-layers-unpacked": "A GRU's state unpacks into (h, c), and that is two layers",
    # backward and the state
    "backward-twice": "Trying to backward through the graph a second time",
    "state-across-samples": "The state of one batch goes into the next, unrelated one",
    "loss-detached": "element 0 of tensors does not require grad",
    "loss-data-0": "invalid index of a 0-dim tensor",
    # binary losses
    "bce-shape": "BCE wants the target to have the input's size",
    "bce-needs-probabilities": "BCELoss wants values between 0 and 1",
    "bce-target-integers": "BCE refuses integer targets",
    # activations before a loss
    "softmax-before-cross-entropy": "Softmax before cross-entropy: it learns slowly",
    "sigmoid-before-bce-logits": "Sigmoid before BCEWithLogitsLoss: it is never sure",
    # view, reshape, permute
    "view-for-permute": "view instead of permute: the samples are mixed",
    "view-rows-last": "view(-1, H) and then [-1]: one row for the whole batch",
    "view-not-contiguous": "view size is not compatible with input tensor's size and stride",
    # squeeze
    "squeeze-batch-of-one": "It fails on a last batch of one sample",
    # a layer's arguments
    "dropout-one-layer": "Dropout warns and does nothing",
    "num-layers-true": "nn.LSTM(10, 20, True) is one layer, not bidirectional",
    "eval-forgotten": "The same input gives another prediction each time",
    # windows
    "window-off-by-one": "My windows miss the last one",
    "window-as-features": "Windows of (B, 1, W): the LSTM sees one step",
    # the future
    "future-linear": "Linear(T·H, T): the first prediction sees the last input",
    "future-bidirectional": "A bidirectional layer that predicts the next step has seen it",
    # what nothing uses, what nothing carries
    "weights-unused": "A layer that never learns: nothing uses it",
    "state-not-handed-on": "One step at a time, and the state starts at zero each time",
    "batch-norm-axis": "BatchNorm1d after an LSTM normalizes the steps and not the features",
    "keras-weights": "My Keras kernel does not fit weight_ih_l0",
}
"""Key → title, as the person who meets it would say it. Links are kept by people: a key never changes its meaning."""

KEYS = tuple(TITLES)
