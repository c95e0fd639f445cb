"""What the command understands, and what it prints."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from lstm_viz.cli.inputs import DTYPES, InputError, read_input
from lstm_viz.cli.loading import ModelError, load_model
from lstm_viz.ui.serving import HOST, PORT, serve

_ABOUT = "See every tensor of an LSTM: its shape, the name of each axis, and the code that made it."
_SAVES = (".html", ".svg", ".json")
_EXAMPLE = "lstm-viz trace my_module:make_model --input 4,12,1"


def main(told: Sequence[str] | None = None) -> int:
    """Do what the command line says; returns the exit status: 0, 1 where the model raised, 2 for a wrong command."""
    words = list(sys.argv[1:] if told is None else told)
    if not words or (words[0].startswith("-") and words[0] not in ("-h", "--help", "--version")):
        words.insert(0, "serve")
    parser = _parser()
    options, more = parser.parse_known_args(words)
    if options.command == "serve":
        return serve(options.port, options.host, more)
    if more:
        parser.error(f"not understood: {' '.join(more)}")
    try:
        return _trace(options)
    except (InputError, ModelError, _SaveError) as error:
        print(f"lstm-viz trace: {error}", file=sys.stderr)
        return 2


class _SaveError(ValueError):
    """A file that cannot be written."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="lstm-viz", description=_ABOUT, epilog=f"For example: {_EXAMPLE}")
    parser.add_argument("--version", action="version", version=f"lstm-viz {_version()}")
    commands = parser.add_subparsers(dest="command", metavar="serve or trace")
    serving = commands.add_parser(
        "serve",
        help="serve the app; the same as no command",
        description="Serve the app. Options of Streamlit's own follow.",
    )
    serving.add_argument("--port", type=int, default=PORT, help="default: %(default)s")
    serving.add_argument("--host", default=HOST, help="0.0.0.0 for everyone on the network; default: %(default)s")
    tracing = commands.add_parser(
        "trace",
        help="print every tensor of a model's forward pass",
        description="Run a model once and print every tensor that was made.",
        epilog=f"For example: {_EXAMPLE}",
    )
    tracing.add_argument(
        "model", metavar="module:name", help="a Module, or a function or class that makes one of nothing"
    )
    tracing.add_argument(
        "--input",
        action="append",
        default=[],
        metavar="SHAPE[:DTYPE]",
        help=f"random numbers, 4,12,1 or 4,12:int64; again for each further input. Dtypes: {', '.join(DTYPES)}",
    )
    tracing.add_argument("--below", type=int, default=2, help="whole numbers lie below this; default: %(default)s")
    tracing.add_argument("--seed", type=int, default=0, help="of the random numbers; default: %(default)s")
    tracing.add_argument("--axes", help='the axes of the input where they cannot be found: "B, T, F"')
    tracing.add_argument("--save", type=Path, metavar="FILE", help="write it too, by the ending: .html, .svg or .json")
    tracing.add_argument("--parameters", action="store_true", help="print every weight as well")
    return parser


def _version() -> str:
    try:
        return version("lstm-shapes")
    except PackageNotFoundError:  # a checkout that is not installed
        return "from a checkout"


def _trace(options: argparse.Namespace) -> int:
    from lstm_viz.parameters import parameters
    from lstm_viz.trace import TraceError, trace

    inputs = [read_input(text, max(options.below, 1), options.seed) for text in options.input]
    if options.save is not None and options.save.suffix.lower() not in _SAVES:
        raise _SaveError(f"--save {options.save}: expected a file name that ends with .html, .svg or .json.")
    model = load_model(options.model)
    try:
        found = trace(model, *inputs, axes=options.axes)
    except TraceError as error:
        if not inputs:
            raise InputError(
                f"{options.model} needs an input: add --input and its shape, such as --input 4,12,1."
            ) from error
        print(error.partial)
        print(f"\n{error}\n\n{_explained(error)}", file=sys.stderr)
        return 1
    except ValueError as error:
        raise InputError(str(error)) from error
    print(found)
    if options.parameters:
        print(f"\n{parameters(model)}")
    if options.save is not None:
        try:
            print(f"written to {found.save(options.save)}")
        except OSError as error:
            raise _SaveError(f"--save {options.save}: {error.strerror or error}.") from error
    return 0


def _explained(error: Exception) -> str:
    """What the message means, as the doctor says it."""
    from lstm_viz.diagnosis import diagnose

    return str(diagnose(error)[0])
