"""No code of a visitor runs: where the program runs text or reads a pickle, and what can get there."""

from __future__ import annotations

import ast
import functools
import io
import json
import pickle
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lstm_viz.batch import make_batch
from lstm_viz.codegen import script
from lstm_viz.network import source
from lstm_viz.pitfalls.catalogue import CATALOGUE
from lstm_viz.pitfalls.filling import SizeError
from lstm_viz.pitfalls.running import program, run
from lstm_viz.preparation.errors import TableError
from lstm_viz.preparation.reading import read_table
from lstm_viz.preparation.reading_sheets import read_sheet
from lstm_viz.spec import DEFAULT, QUERY_NAMES, NetworkSpec, SpecError
from lstm_viz.ui.picture_route import answer
from lstm_viz.ui.settings import Settings, taken
from tests.support.serving import ROOT

OWN = [ROOT / "app.py", *sorted((ROOT / "pages").glob("*.py")), *sorted((ROOT / "lstm_viz").rglob("*.py"))]
RUNNING = {"eval", "exec", "compile", "__import__", "os.system", "os.popen", "runpy.run_path", "runpy.run_module"}
UNPACKING = {"pickle.load", "pickle.loads", "pickle.Unpickler", "marshal.loads", "shelve.open", "yaml.load", "np.load"}
UNPACKING |= {"pd.read_pickle", "pandas.read_pickle", "joblib.load", "numpy.load", "pd.eval", "torch.jit.load"}
ALLOWED = {
    ("lstm_viz/datasets/zen.py", "runpy.run_module"): "the standard library's module of that name",
    ("lstm_viz/network.py", "exec"): "the network's own source: numbers and fixed words, as the tests below show",
    ("lstm_viz/network.py", "compile"): "the same",
    ("lstm_viz/pitfalls/running.py", "exec"): "templates of the catalogue, with whole numbers filled in",
    ("lstm_viz/pitfalls/running.py", "compile"): "the same",
    ("lstm_viz/preparation/mistakes.py", "exec"): "four constants of that file",
    ("lstm_viz/quiz/settling.py", "exec"): "templates of the package, with whole numbers filled in",
    ("lstm_viz/quiz/settling.py", "eval"): "the same",
    ("lstm_viz/quiz/settling.py", "compile"): "the same",
    ("lstm_viz/ui/studio.py", "pickle.loads"): "a picture that our own drawing process made",
    ("lstm_viz/training/messages.py", "pickle.loads"): "what our own training process wrote into its pipe",
    ("lstm_viz/training/worker.py", "pickle.loads"): "the job that the server's process wrote for this one",
}
HOSTILE = [
    "__import__('os').system('true')",
    ");import os#",
    "'\n    raise SystemExit",
    '"""',
    "\\",
    "{spec.seed}",
    "%s",
    "{0.__class__}",
    "lstm\nimport os",
    "\x00",
    "\u2028exec('')",
    "1e999",
    "0x10",
    "٣",
    "nan",
    "True",
]


@functools.cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            yield ast.unparse(node.func), node


class TestTheCode:
    def test_text_is_run_and_pickles_are_read_where_a_reason_is_given(self) -> None:
        found = {
            (str(path.relative_to(ROOT)), name)
            for path in OWN
            for name, _ in calls(path)
            if name in RUNNING | UNPACKING or name.split(".")[0] in {"subprocess", "dill", "cloudpickle", "ctypes"}
        }
        assert found == ALLOWED.keys()

    def test_files_of_torch_are_read_as_weights_alone(self) -> None:
        for path in OWN:
            for name, call in calls(path):
                if name == "torch.load":
                    said = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
                    assert said.get("weights_only") == "True", f"{path}:{call.lineno}"

    def test_a_module_that_unpickles_hides_under_no_other_name(self) -> None:
        hidden = [
            f"{path}:{node.lineno}"
            for path in OWN
            for node in ast.walk(parsed(path))
            if isinstance(node, ast.ImportFrom) and node.module in {"pickle", "marshal", "shelve", "dill", "builtins"}
        ]
        assert not hidden


anything = st.one_of(st.text(max_size=30), st.sampled_from(HOSTILE), st.integers().map(str))
links = st.dictionaries(st.sampled_from([*QUERY_NAMES.values(), "x"]), anything, max_size=8)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | anything,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=4,
)
changes = st.dictionaries(st.sampled_from([*asdict(DEFAULT), "preset", "__class__"]), values, max_size=6)
WORDS = {"Network", "nn", "Module", "__init__", "forward", "self", "super", "x", "prediction", "output", "h_n", "c_n"}
WORDS |= {"lstm", "gru", "rnn", "LSTM", "GRU", "RNN", "fc", "Linear", "embedding", "Embedding", "embedded", "last"}
WORDS |= {"steps", "flat", "torch", "cat", "dim", "reshape", "transpose", "flatten", "num_layers", "nonlinearity"}
WORDS |= {"bias", "batch_first", "dropout", "bidirectional", "proj_size"}


def words_and_constants(text: str) -> tuple[set[str], set[object]]:
    """Every name in a program, and every constant."""
    names: set[str] = set()
    constants: set[object] = set()
    for node in ast.walk(ast.parse(text)):
        for field in ("id", "attr", "arg", "name"):
            if isinstance(word := getattr(node, field, None), str):
                names.add(word)
        if isinstance(node, ast.Constant):
            constants.add(node.value)
        assert not isinstance(node, ast.Import | ast.ImportFrom | ast.JoinedStr | ast.Lambda)
    return names, constants


def is_our_own(text: str) -> bool:
    names, constants = words_and_constants(text)
    return names <= WORDS and all(type(each) in (int, float, bool) or each in ("relu", "tanh") for each in constants)


class TestTheNetwork:
    @given(links)
    def test_no_link_gets_a_word_into_its_source(self, query: dict[str, str]) -> None:
        assert is_our_own(source(NetworkSpec.from_query(query)[0]))

    @given(changes)
    def test_no_change_of_a_control_gets_a_word_into_its_source(self, fields: dict[str, object]) -> None:
        assert is_our_own(source(taken(Settings(), fields).spec))

    @given(st.sampled_from([*asdict(DEFAULT)]), values)
    def test_no_value_gets_a_word_into_its_source(self, field: str, value: object) -> None:
        try:
            spec = NetworkSpec(**{field: value})  # type: ignore[arg-type]
        except (SpecError, TypeError):
            return
        assert is_our_own(source(spec))

    @pytest.mark.parametrize("hostile", HOSTILE)
    def test_the_route_takes_no_word_either(self, hostile: str) -> None:
        found = answer({"H": hostile, "cell": hostile, "set": json.dumps({"head": hostile, "hidden_size": hostile})})
        assert 'data-shape="(4, 12, ' in found["svg"]


class TestTheMistakes:
    @pytest.mark.parametrize("hostile", [*HOSTILE, 1.5, True, None, [1]])
    def test_only_whole_numbers_fill_their_programs(self, hostile: object) -> None:
        for pitfall in CATALOGUE[:3]:
            letter = next(iter(pitfall.sizes))
            with pytest.raises(SizeError, match="expected a whole number"):
                run(pitfall, {letter: hostile})  # type: ignore[dict-item]

    def test_no_program_imports_more_than_torch(self) -> None:
        for pitfall in CATALOGUE:
            for side in ("wrong", "right"):
                tree = ast.parse(program(pitfall, side, pitfall.sizes))
                imported = {
                    (node.module or "" if isinstance(node, ast.ImportFrom) else alias.name).split(".")[0]
                    for node in ast.walk(tree)
                    if isinstance(node, ast.Import | ast.ImportFrom)
                    for alias in node.names
                }
                assert imported <= {"torch", "math", "numpy", "itertools", "collections", "copy", "warnings", "sklearn"}


class TestTheScripts:
    """A script is text that a person takes home and runs: what a table says must not become a statement of it."""

    @pytest.mark.parametrize(
        "hostile",
        [*(each for each in HOSTILE if each != "\x00"), "a\nimport os\n", "a\rimport os", "'''", "\x85import os"],
    )
    def test_names_of_a_table_stay_data(self, hostile: str) -> None:
        plain, found = (
            read_table(name, f'label,"{column}"\n' + "\n".join(f'"n{column}",{row}' for row in range(20)))
            for name, column in (("t.csv", "a"), (f"{hostile}.csv", hostile.replace('"', '""')))
        )
        spec = NetworkSpec(data="table", features=1)
        assert shape_of(script(spec, {}, make_batch(spec, found))) == shape_of(
            script(spec, {}, make_batch(spec, plain))
        )

    @pytest.mark.parametrize("name", ["t.csv", "t.xlsx", "t.parquet", "t.txt", "t.pt"])
    @pytest.mark.parametrize("kind", ["pickle", "torch", "program", "zip", "html"])
    def test_no_other_kind_of_file_is_read(self, name: str, kind: str) -> None:
        archive, weights = io.BytesIO(), io.BytesIO()
        zipfile.ZipFile(archive, "w").writestr("evil.py", "raise SystemExit")
        torch.save(torch.nn.Linear(1, 1), weights)
        content = {
            "pickle": pickle.dumps(Raises()),
            "torch": weights.getvalue(),
            "program": Path(sys.executable).read_bytes()[:100_000],
            "zip": archive.getvalue(),
            "html": b"<html><script>alert(1)</script></html>",
        }[kind]
        for read in (read_table, read_sheet):
            with pytest.raises(TableError):
                read(name, content)


class Raises:
    """Whoever unpickles it hears of it."""

    def __reduce__(self) -> tuple[object, ...]:
        return (pytest.fail, ("a pickle was read",))


def shape_of(text: str) -> Counter[str]:
    """What a program is made of, whatever its names of variables and its constants are."""
    return Counter(type(node).__name__ for node in ast.walk(ast.parse(text)))
