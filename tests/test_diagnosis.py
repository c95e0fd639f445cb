"""The doctor: the right cause first, in the numbers of the message, for any wording and for any text."""

from __future__ import annotations

import random
import re
import time
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_viz.diagnosis import Diagnosis, diagnose, families
from lstm_viz.diagnosis.code_facts import read_code
from lstm_viz.diagnosis.families import FAMILIES
from lstm_viz.pitfalls.keys import KEYS
from lstm_viz.spec import NetworkSpec
from lstm_viz.trace import TraceError, trace
from tests.support.provoked import MISTAKES, Sizes, said


def first(message: str, **known: object) -> Diagnosis:
    return diagnose(message, **known)[0]  # type: ignore[arg-type]


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_made_live_is_named_with_its_numbers(name: str) -> None:
    mistake, key, numbers = MISTAKES[name]
    for seed in range(4):
        sizes = Sizes.draw(random.Random(f"{name} {seed}"))
        message = said(mistake, sizes)
        found = diagnose(message)
        assert found[0].key == key, (message, [each.key for each in found])
        explained = [number for number, _ in found[0].numbers]
        assert set(numbers(sizes)) <= set(explained), (message, found[0].numbers)


@pytest.mark.parametrize("name", MISTAKES)
def test_an_answer_has_all_its_parts(name: str) -> None:
    for answer in diagnose(said(MISTAKES[name][0], Sizes.draw(random.Random(name)))):
        assert answer.title
        assert answer.explanation
        assert answer.fix
        assert answer.fixed_code
        assert 0 < answer.confidence <= 1
        assert answer.pitfall in (*KEYS, "")
        compile(answer.fixed_code, "fix", "exec", dont_inherit=True)
        assert "«" not in repr(answer)


OTHER_WORDINGS = {
    "Expected hidden[0] size (2, 20, 64), got (2, 48, 64)": "hidden-last-batch",
    "Expected hidden size (2L, 24L, 128L), got (1L, 48L, 128L)": "hidden-data-parallel",
    "Expected hidden[0] size (1, 64, 256), got (64, 256)": "hidden-dimensions",
    "input must have 3 dimensions, got 2": "input-2d",
    "input must have 3 dimensions, got 5": "input-4d",
    "LSTM: Expected input to be 2-D or 3-D but received 4-D tensor": "input-4d",
    "1D target tensor expected, multi-target not supported": "class-target-2d",
    "multi-target not supported at /pytorch/aten/src/THNN/generic/ClassNLLCriterion.c:22": "class-target-2d",
    "Expected target size (16, 9), got torch.Size([16, 7])": "class-axis-last",
    "Expected target size (16, 180), got torch.Size([16, 9, 180])": "class-one-hot",
    "dimension specified as 0 but tensor has no dimensions": "class-target-0d",
    "Expected object of scalar type Long but got scalar type Float for argument #2 'target' in call to "
    "_thnn_nll_loss_forward": ("class-target-dtype"),
    "Expected object of type torch.LongTensor but found type torch.FloatTensor for argument #3 "
    "'index'": "embedding-float",
    "Expected object of type torch.FloatTensor but found type torch.LongTensor for argument #4 "
    "'mat1'": "input-integers",
    "Expected object of scalar type Float but got scalar type Double for argument #2 'mat1' in call to "
    "_th_addmm": "input-double",
    "expected scalar type Long but found Int": "class-target-dtype",
    "expected scalar type Float but found Double": "input-double",
    "Expected object of device type cuda but got device type cpu for argument #1 'self' in call to "
    "_th_addmm": "device-input",
    "Expected object of device type cuda but got device type cpu for argument #3 'index' in call to _th_index_select": (
        "device-indices"
    ),
    "Expected all tensors to be on the same device, but found at least two devices, cuda:0 and cpu! "
    "(when checking argument for argument target in method wrapper_CUDA_nll_loss_forward)": "device-target",
    "Input and hidden tensors are not at the same device, found input tensor at cuda:0 and hidden tensor at "
    "cpu": "device-hidden",
    "Input type (torch.cuda.FloatTensor) and weight type (torch.FloatTensor) should be the same": "device-input",
    "can't convert cuda:0 device type tensor to numpy. Use Tensor.cpu() to copy the tensor to host memory "
    "first.": "device-numpy",
    "size mismatch, m1: [32 x 40], m2: [20 x 5] at "
    "/pytorch/aten/src/TH/generic/THTensorMath.cpp:136": "linear-in-features",
    "mat1 and mat2 shapes cannot be multiplied (1216x64 and 128x1)": "linear-in-features",
    "invalid argument 2: view size is not compatible with input tensor's size and stride. Call .contiguous() before "
    ".view().": ("view-not-contiguous"),
    "dimension out of range (expected to be in range of [-1, 0], but got 1)": "axis-missing",
    "Trying to backward through the graph a second time, but the buffers have already been freed. "
    "Specify retain_graph=True when calling backward the first time.": "backward-twice",
    "invalid index of a 0-dim tensor. Use tensor.item() to convert a 0-dim tensor to a Python number": "loss-data-0",
    "index out of range: Tried to access index 30 out of table with 29 rows. at "
    "../aten/src/TH/generic/THTensorEvenMoreMath.cpp:418": ("embedding-index-range"),
    "lengths array has to be sorted in decreasing order": "pack-unsorted",
    "lengths array has incorrect size": "pack-batch-first",
    "'lengths' argument should be a 1D CPU int64 tensor, but got 1D cuda:0 Long tensor": "pack-lengths-device",
    "length of all samples has to be greater than 0, but found an element in 'lengths' that is <=0": "pack-zero-length",
    "invalid argument 0: Sizes of tensors must match except in dimension 0. Got 7 and 6 in dimension "
    "1": "batch-unequal-lengths",
    "operands could not be broadcast together with shapes (100,1) (5,) (100,1)": "scaler-columns",
    "Found array with dim 3. MinMaxScaler expected <= 2.": "scaler-3d",
    "Target and input must have the same number of elements. target nelement (64) != input nelement "
    "(128)": "loss-elements",
    "Function 'AddmmBackward0' returned nan values in its 0th output.": "nan-loss",
    "RNN module weights are not part of single contiguous chunk of memory. This means they need to be compacted": (
        "weights-not-contiguous"
    ),
    "all elements of input should be between 0 and 1": "bce-range",
    "forward() takes from 2 to 3 positional arguments but 4 were given": "state-two-arguments",
    "Expected hidden[0] size (1, 32, 12), got [1, 12, 32]": "hidden-batch-first",
    "Input and hidden tensors are not the same dtype, found input tensor with Float and hidden tensor with Double": (
        "input-double"
    ),
    "expected m1 and m2 to have the same dtype, but got: double != float": "input-double",
    "unsupported operand type(s) for +: 'Tensor' and 'tuple'": "tuple-output",
    "'LSTM' object has no attribute 'weight'": "recurrent-weights",
    "Fan in and fan out can not be computed for tensor with fewer than 2 dimensions": "init-bias",
    "The size of tensor a (7) must match the size of tensor b (10) at non-singleton dimension 1": "loss-shapes",
    "The size of tensor a (9) must match the size of tensor b (11) at non-singleton dimension 1": "sizes-differ",
    "lstm() received an invalid combination of arguments - got (Tensor, Tensor, list, bool, "
    "int)": "hidden-single-tensor",
    "gru() received an invalid combination of arguments - got (Tensor, tuple, list, bool, int)": "gru-state-tuple",
    "Expected tensor to have size 300 at dimension 1, but got size 50 for argument #2 'batch2'": "batched-matrices",
    "Expected target size [8, 100], got [8, 10, 1]": "class-target-column",
    "running_mean should contain 12 elements not 64": "batch-norm-axis",
}


@pytest.mark.parametrize("message", OTHER_WORDINGS)
@pytest.mark.parametrize("head", ["", "RuntimeError: "])
def test_the_words_of_other_versions(message: str, head: str) -> None:
    assert first(head + message).key == OTHER_WORDINGS[message]


class TestNumbers:
    def test_the_last_batch_in_their_numbers(self) -> None:
        answer = first("RuntimeError: Expected hidden[0] size (2, 4, 128), got [2, 64, 128]")
        assert "h_0 was made for a batch of 64; this batch, the last one of the data, has 4" in answer.explanation
        assert answer.axis == "axis 1 of h_0 (B)"
        assert answer.pitfall == "hidden-state-last-batch"

    def test_a_state_smaller_than_what_is_read_is_time_taken_for_the_batch(self) -> None:
        answer = first("RuntimeError: Expected hidden[0] size (1, 35, 650), got [1, 20, 650]")
        assert answer.key == "hidden-layout"
        assert "batch_first" in answer.fix

    def test_sizes_decide_between_two_causes(self) -> None:
        message = "RuntimeError: Expected hidden size (1, 30, 16), got [1, 50, 16]"
        assert first(message, sizes={"B": 50, "H": 16}).key == "hidden-last-batch"
        assert first(message, sizes={"B": 50, "T": 30}).key == "hidden-layout"
        spec = NetworkSpec(batch_size=50, sequence_length=30)
        assert first(message, sizes=spec).key == "hidden-layout"

    def test_both_causes_are_given_with_what_tells_them_apart(self) -> None:
        found = diagnose("RuntimeError: Expected hidden[0] size (2, 20, 64), got [2, 32, 64]")
        assert [each.key for each in found[:2]] == ["hidden-last-batch", "hidden-layout"]
        assert all(each.tells_apart for each in found[:2])
        assert found[0].confidence > found[1].confidence

    def test_products_of_known_sizes(self) -> None:
        message = "RuntimeError: mat1 and mat2 shapes cannot be multiplied (1216x64 and 128x1)"
        numbers = dict(first(message, sizes={"B": 64, "T": 19}).numbers)
        assert numbers[1216] == "rows: B·T = 64·19"
        assert dict(first(message, sizes={"B": 64}).numbers)[1216] == "rows: B·T = 64·19"

    def test_the_harm_of_a_broadcast_is_counted(self) -> None:
        answer = first(
            "UserWarning: Using a target size (torch.Size([32])) that is different to the input size (torch.Size([32, "
            "1]))."
        )
        assert "(32, 32): 1,024 pairs" in answer.explanation

    def test_the_packed_layer_is_recognised_by_its_gates(self) -> None:
        answer = first("RuntimeError: mat1 and mat2 shapes cannot be multiplied (31x7 and 12x200)")
        assert "4 · 50" in answer.explanation
        assert dict(answer.numbers)[31].startswith("packed steps")

    def test_a_linear_in_the_traceback_is_believed(self) -> None:
        trace = (
            'File "torch/nn/modules/linear.py", line 125, in forward\n  return F.linear(input, self.weight, '
            "self.bias)\n"
        )
        message = "RuntimeError: mat1 and mat2 shapes cannot be multiplied (31x7 and 12x200)"
        assert [each.key for each in diagnose(trace + message)] == ["linear-in-features"]

    def test_a_flattened_sequence_of_another_length_is_recognised(self) -> None:
        """Linear(T·H) after sequences of another length: the hidden size is in both numbers."""
        for steps, made_for, hidden in ((9, 7, 16), (30, 23, 64), (11, 12, 10)):
            with pytest.raises(RuntimeError) as caught:
                torch.nn.Linear(made_for * hidden, 2)(torch.randn(4, steps, hidden).flatten(1))
            answer = first(str(caught.value), sizes={"H": hidden} if hidden < 16 else None)
            assert f"{steps} steps came to a Linear that was made for {made_for} steps" in answer.explanation


class TestPastes:
    def test_a_jupyter_traceback_with_colours_and_arrows(self) -> None:
        paste = (
            "\x1b[0;31m---------------------------------------------------\x1b[0m\n"
            "\x1b[0;31mRuntimeError\x1b[0m                 Traceback (most recent call last)\n"
            "\x1b[0;32m<ipython-input-3>\x1b[0m in \x1b[0;36m<module>\x1b[0;34m\x1b[0m\n"
            "\x1b[1;32m      1\x1b[0m \x1b[0mlstm\x1b[0m = nn.LSTM(5, 64, 2, batch_first=True)\n"
            "\x1b[0;32m----> 2\x1b[0;31m \x1b[0mout, h = lstm(x, (h0, c0))\n\n"
            "    222         if hx.size() != expected_hidden_size:\n"
            "--> 223             raise RuntimeError(msg.format(expected_hidden_size, list(hx.size())))\n\n"
            "\x1b[0;31mRuntimeError\x1b[0m: Expected hidden[0] size (2, 20, 64), got [2, 32, 64]\n"
        )
        found = diagnose(paste)
        assert found[0].key == "hidden-last-batch"
        assert any("The layer has batch_first=True" in each.explanation for each in found)

    def test_chained_exceptions_and_doubled_messages(self) -> None:
        paste = (
            "KeyError: 'x'\n\nDuring handling of the above exception, another exception occurred:\n\nTraceback (most "
            "recent call last):\n"
            '  File "train.py", line 5, in <module>\n    loss = criterion(out, y)\n'
            "RuntimeError: Expected target size [32, 10], got [32, 50]\n"
            "RuntimeError: Expected target size [32, 10], got [32, 50]\n"
        )
        assert first(paste).key == "class-axis-last"

    def test_a_worker_s_or_a_replica_s_traceback(self) -> None:
        paste = (
            "RuntimeError: Caught RuntimeError in replica 1 on device 1.\nOriginal Traceback (most recent call last):\n"
            '  File "parallel_apply.py", line 60, in _worker\n'
            "ValueError: Expected `len(lengths)` to be equal to batch_size, but got 12 (batch_size=4).\n"
        )
        assert first(paste).key == "pack-data-parallel"

    def test_a_warning_and_the_error_after_it(self) -> None:
        paste = (
            "loss.py:530: UserWarning: Using a target size (torch.Size([64])) that is different to the input size "
            "(torch.Size([64, 30, 1])). Please ensure they have the same size.\n  return F.mse_loss(input, target)\n"
            "RuntimeError: The size of tensor a (30) must match the size of tensor b (64) at non-singleton dimension 1"
        )
        assert first(paste).key == "loss-every-step"

    def test_a_sentence_from_a_forum(self) -> None:
        answer = first(
            "Hi! I keep getting “ValueError: Expected input batch_size (1600) to match target batch_size (32).” What "
            "is wrong?"
        )
        assert answer.numbers == (
            (1600, "rows of the scores (B·T = 32·50)"),
            (32, "labels (B)"),
            (50, "rows for each label, rather the steps (T)"),
        )

    @pytest.mark.parametrize(
        ("check", "key"),
        [
            ("srcIndex < srcSelectDimSize", "embedding-index-range"),
            ("t >= 0 && t < n_classes", "class-index-range"),
            ("input_val >= zero && input_val <= one", "bce-range"),
        ],
    )
    def test_what_failed_on_a_gpu(self, check: str, key: str) -> None:
        paste = (
            f"Some.cu:92: operator(): block: [0,0,0] Assertion `{check}` failed.\nRuntimeError: CUDA error: "
            "device-side assert triggered"
        )
        assert first(paste).key == key

    def test_an_unknown_message_says_so_and_reads_its_numbers(self) -> None:
        answer = first("FancyError: got (3, 4) where 48 was wanted", sizes={"B": 3, "T": 4, "F": 4})
        assert answer.key == "unknown"
        assert answer.explanation.startswith("This message is not known here.")
        assert dict(answer.numbers)[48] == "B·T·F = 3·4·4"
        assert first("").key == "unknown"


class TestCode:
    def test_code_shows_that_time_and_batch_are_swapped(self) -> None:
        code = """
            net = nn.LSTM(9, 33, batch_first=True)
            words = torch.randn(40, 12, 9)
            state = torch.zeros(1, 12, 33), torch.zeros(1, 12, 33)
            out, state = net(words, state)
        """
        message = "RuntimeError: Expected hidden[0] size (1, 12, 33), got [1, 40, 33]"
        assert first(message).key == "hidden-last-batch"
        swapped = code.replace("batch_first=True", "batch_first=False").replace(
            "torch.zeros(1, 12", "torch.zeros(1, 40"
        )
        assert first(message, code=swapped).key == "hidden-layout"

    def test_sizes_are_read_through_names_classes_and_defaults(self) -> None:
        code = (
            "class Net(nn.Module):\n"
            "    def __init__(self, features, hidden=24, layers=3):\n"
            "        super().__init__()\n"
            "        self.hidden = hidden\n"
            "        self.rnn = nn.GRU(features, self.hidden * 2, layers, batch_first=True, bidirectional=True)\n"
            "        self.fc = nn.Linear(2 * self.hidden, 7)\n"
            "net = Net(features=5)\n"
            "x = torch.zeros(8, 30).unsqueeze(-1).expand(8, 30, 5)\n"
            "loader = DataLoader(data, batch_size=16, drop_last=True)\n"
        )
        assert read_code(code).sizes() == {"H": 48, "F": 5, "L": 3, "D": 2, "O": 7, "B": 16}

    def test_shapes_follow_views(self) -> None:
        code = (
            "x = torch.randn(6, 4, 5)\ny = x.transpose(0, 1).reshape(4, -1)\nz = torch.unsqueeze(y, 0)\nn = z.size(-1) "
            "* len(x)"
        )
        facts = read_code(code)
        assert facts.shapes["y"] == (4, 30)
        assert facts.shapes["z"] == (1, 4, 30)
        assert facts.numbers["n"] == 180

    def test_nothing_is_executed(self, tmp_path: Path) -> None:
        code = (
            f"open({str(tmp_path)!r} + '/made', 'w')\n__import__('os').system('false')\nraise SystemExit\nx = 9 ** 9 "
            "** 9 ** 9"
        )
        assert diagnose("ValueError: x", code=code)
        assert not list(tmp_path.iterdir())

    @pytest.mark.parametrize(
        "code", ["def f(:", "%matplotlib inline\n!pip install torch\nlstm = nn.LSTM(3, 4)", "\x00", "x = " + "(" * 9000]
    )
    def test_code_that_is_no_python_is_no_harm(self, code: str) -> None:
        assert first("IndexError: index out of range in self", code=code).key == "embedding-index-range"


WORDS = [
    "RuntimeError: ",
    "Expected hidden size ",
    "(1, 2, 3)",
    "got ",
    "[4, 5]",
    "torch.Size([",
    "size mismatch",
    "12x9",
    "Traceback",
    "\n",
    "(",
]


class TestAnyText:
    @settings(deadline=None, max_examples=60, derandomize=True)
    @given(st.one_of(st.text(max_size=400), st.lists(st.sampled_from(WORDS), max_size=60).map("".join)))
    def test_any_text_has_an_answer(self, text: str) -> None:
        found = diagnose(text, code=text, sizes={"B": 4})
        assert found
        assert [each.confidence for each in found] == sorted((each.confidence for each in found), reverse=True)

    @settings(deadline=None, max_examples=30, derandomize=True)
    @given(st.sampled_from(list(MISTAKES)), st.integers(0, 300), st.text(max_size=6))
    def test_a_damaged_message_has_an_answer(self, name: str, place: int, inserted: str) -> None:
        message = said(MISTAKES[name][0], Sizes(5, 7, 11, 13, 17))
        assert diagnose(message[:place] + inserted + message[place:])

    @pytest.mark.parametrize(
        "part",
        [
            "a",
            "1",
            "(",
            "[1, ",
            "A.",
            "ValueError: ",
            "torch.Size([",
            "x = f(1)\n",
            "- ",
            "\x1b[",
            "(1, 2) ",
            "not ",
            " ",
            "\n",
            "got [1] ",
        ],
    )
    def test_time_is_bounded(self, part: str) -> None:
        text = part * (200_000 // len(part))
        started = time.perf_counter()
        assert diagnose(text, code=text)
        assert time.perf_counter() - started < 2

    def test_every_mistake_is_answered_in_time(self) -> None:
        messages = [said(mistake, Sizes(5, 7, 11, 13, 17)) for mistake, _, _ in MISTAKES.values()]
        started = time.perf_counter()
        for message in messages:
            diagnose(message)
        assert (time.perf_counter() - started) / len(messages) < 0.05


def test_sizes_that_make_no_sense_are_left_out() -> None:
    assert diagnose("ValueError: 3", sizes={"B": -3, "Q": 4, "T": True, "H": 10**30})


def test_the_families_know_many_messages() -> None:
    assert sum(len(family) for family in FAMILIES) > 120


def test_every_pitfall_named_is_in_the_catalogue() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in Path(families.__file__).parent.glob("*.py"))
    assert set(re.findall(r'pitfall="([^"]+)"', source)) <= set(KEYS)


def test_an_exception_is_taken_as_it_was_caught() -> None:
    layer = torch.nn.Linear(6, 1)
    with pytest.raises(RuntimeError) as raised:
        layer(torch.zeros(4, 5))
    with pytest.raises(TraceError) as traced:
        trace(layer, torch.zeros(4, 5))
    found = diagnose(str(raised.value))[0]
    assert diagnose(raised.value)[0].key == diagnose(traced.value)[0].key == found.key
    assert diagnose(traced.value)[0].numbers == found.numbers
