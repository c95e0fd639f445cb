"""Mistakes with the kind of number that goes in: dtypes, indices and devices."""

from __future__ import annotations

from lstm_viz.pitfalls.records import Pitfall

_DTYPE = "dtype"
_RANGE = "index out of range"
_DEVICE = "device"


PITFALLS = (
    Pitfall(
        key="input-integers",
        kind="error",
        group=_DTYPE,
        problem="Yes, if x holds whole numbers: counts, one-hot rows, token ids, a table without decimals.",
        sizes={"B": 20, "T": 36, "F": 1, "H": 50},
        given="""
            lstm = nn.LSTM({F}, {H}, batch_first=True)
            x = torch.randint(10, ({B}, {T}, {F}))  # (B, T, F), int64
            """,
        wrong="""
            output, _ = lstm(x)
            """,
        right="""
            output, _ = lstm(x.float())
            """,
        says="RNN input dtype (torch.int64) does not match weight dtype (torch.float32)",
        older=(
            "expected scalar type Long but found Float",
            "expected m1 and m2 to have the same dtype, but got: long int != float",
        ),
        misleads="It offers model.to(torch.int64) as well. A layer of integers cannot compute a sigmoid: that never "
        "works.",
        why="The weights are float32, and x is int64. PyTorch does not convert by itself.",
        fix="`x.float()`. If the numbers are token ids, they belong into an nn.Embedding first.",
        shows=("x", "output"),
    ),
    Pitfall(
        key="input-double",
        kind="error",
        group=_DTYPE,
        problem="Yes, if x comes from numpy or pandas: their numbers are float64.",
        sizes={"B": 4, "T": 12, "F": 3, "H": 5},
        imports="import numpy as np",
        given="""
            lstm = nn.LSTM({F}, {H}, batch_first=True)
            table = np.zeros(({B}, {T}, {F}))  # numpy makes float64
            """,
        wrong="""
            x = torch.from_numpy(table)
            output, _ = lstm(x)
            """,
        right="""
            x = torch.from_numpy(table).float()
            output, _ = lstm(x)
            """,
        says="RNN input dtype (torch.float64) does not match weight dtype (torch.float32)",
        older=(
            "expected scalar type Double but found Float",
            "mat1 and mat2 must have the same dtype, but got Double and Float",
            "Expected object of scalar type Float but got scalar type Double",
        ),
        why="from_numpy keeps numpy’s float64, and the weights are float32.",
        fix="`.float()`, or `torch.tensor(table, dtype=torch.float32)`.",
        shows=("x", "output"),
    ),
    Pitfall(
        key="embedding-float",
        kind="error",
        group=_DTYPE,
        problem="Yes, if your token ids went through float: torch.Tensor(list), a scaler, a table.",
        sizes={"B": 3, "T": 5, "V": 100, "E": 8},
        given="""
            embedding = nn.Embedding({V}, {E})
            ids = [[1] * {T}] * {B}      # (B, T)
            """,
        wrong="""
            x = torch.Tensor(ids)   # float32
            embedded = embedding(x)
            """,
        right="""
            x = torch.tensor(ids)   # int64
            embedded = embedding(x)
            """,
        says="Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but got "
        "torch.FloatTensor instead",
        older=(
            "Expected tensor for argument #1 'indices' to have scalar type Long; but got torch.FloatTensor instead",
        ),
        why="An embedding looks up rows, and the number of a row is whole. torch.Tensor(…) always makes floats.",
        fix="`torch.tensor(ids)`, with a small t, or `x.long()`.",
        shows=("x", "embedded"),
    ),
    Pitfall(
        key="embedding-index-range",
        kind="error",
        group=_RANGE,
        problem="Yes, if a token id can be as large as num_embeddings: an unknown word, ids that begin at 1.",
        sizes={"B": 3, "T": 5, "V": 20, "E": 8},
        given="""
            ids = torch.randint({V}, ({B}, {T}))  # (B, T)
            ids[0, 0] = {V}                    # the word that is not in the list
            """,
        wrong="""
            embedding = nn.Embedding({V}, {E})  # rows 0 to {V-1}
            embedded = embedding(ids)
            """,
        right="""
            embedding = nn.Embedding({V+1}, {E})  # rows 0 to {V}
            embedded = embedding(ids)
            """,
        says="index out of range in self",
        older=(
            "index out of range: Tried to access index 20 out of table with 19 rows.",
            "CUDA error: device-side assert triggered",
        ),
        misleads="It says neither which index nor how many rows there are; “self” is the table of weights.",
        why="{V} rows are numbered 0 to {V-1}. The id {V} is one past the end.",
        fix="num_embeddings is the largest id plus one: count padding and unknown words too. Check with `ids.max()`.",
        shows=("ids", "embedded"),
    ),
    Pitfall(
        key="class-index-range",
        kind="error",
        group=_RANGE,
        problem="Yes, if your classes are numbered from 1, or the Linear has fewer outputs than there are classes.",
        sizes={"B": 6, "T": 7, "F": 3, "H": 8, "O": 5},
        given="""
            lstm = nn.LSTM({F}, {H}, batch_first=True)
            fc = nn.Linear({H}, {O})
            x = torch.randn({B}, {T}, {F})    # (B, T, F)
            scores = fc(lstm(x)[0][:, -1])  # (B, C)
            labels = torch.full(({B},), {O})  # the classes are called 1 to {O}
            """,
        wrong="""
            loss = nn.CrossEntropyLoss()(scores, labels)
            """,
        right="""
            loss = nn.CrossEntropyLoss()(scores, labels - 1)
            """,
        says="Target {O} is out of bounds.",
        older=(
            "Assertion `cur_target >= 0 && cur_target < n_classes' failed",
            "Assertion `t >= 0 && t < n_classes` failed.",
            "CUDA error: device-side assert triggered",
        ),
        misleads="On a GPU it is only a device-side assert. Run it once on the CPU to read which target.",
        why="{O} scores are the classes 0 to {O-1}. There is no class {O}.",
        fix="Number the classes from 0, `labels - 1`, or give the Linear one output more.",
        shows=("scores", "labels", "loss"),
    ),
    Pitfall(
        key="device-input",
        kind="error",
        group=_DEVICE,
        problem="Yes, if the message names two devices, such as cuda:0 and cpu.",
        sizes={"B": 4, "T": 5, "F": 10, "H": 20},
        given="""
            lstm = nn.LSTM({F}, {H}, batch_first=True)
            """,
        wrong="""
            # "meta" stands for the GPU here: this machine may have none
            x = torch.randn({B}, {T}, {F}, device="meta")
            output, _ = lstm(x)
            """,
        right="""
            device = lstm.weight_ih_l0.device  # where the weights are
            x = torch.randn({B}, {T}, {F}, device=device)
            output, _ = lstm(x)
            """,
        says="Input and parameter tensors are not at the same device, found input tensor at meta and parameter tensor "
        "at cpu",
        older=(
            "Expected all tensors to be on the same device, but found at least two devices, cuda:0 and cpu!",
            "Input and parameter tensors are not at the same device, found input tensor at cpu and parameter tensor at "
            "cuda:0",
            "Expected object of device type cuda but got device type cpu",
        ),
        why="The data was sent to the GPU and the weights were not, or the other way round.",
        fix="Both: `model.to(device)` once, and `x = x.to(device)`, which gives a new tensor, for every batch.",
        shows=("x", "output"),
    ),
    Pitfall(
        key="device-hidden-state",
        kind="error",
        group=_DEVICE,
        problem="Yes, if the model and x are on the GPU, and you make h_0 with torch.zeros.",
        sizes={"B": 4, "T": 5, "F": 10, "H": 20},
        given="""
            lstm = nn.LSTM({F}, {H}, batch_first=True)
            x = torch.randn({B}, {T}, {F})  # (B, T, F)
            """,
        wrong="""
            # "meta" stands for another device than that of x
            h_0 = torch.zeros(1, {B}, {H}, device="meta")
            output, _ = lstm(x, (h_0, h_0))
            """,
        right="""
            h_0 = x.new_zeros(1, {B}, {H})  # where x is, and of its dtype
            output, _ = lstm(x, (h_0, h_0))
            """,
        says="Input and hidden tensors are not at the same device, found input tensor at cpu and hidden tensor at meta",
        older=(
            "Input and hidden tensors are not at the same device, found input tensor at cuda:0 and hidden tensor at "
            "cpu",
        ),
        why="torch.zeros makes a tensor on the CPU unless it is told otherwise. model.to(device) moves the weights "
        "only.",
        fix="`x.new_zeros(…)`, or leave the state out.",
        shows=("h_0", "output"),
    ),
)
