"""The words of a trace: a readable name for each tensor, and the expression that made it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import nn

from lstm_viz import capture, running
from lstm_viz.seen import Call, Seen
from lstm_viz.source import Written, expression_at
from lstm_viz.subject import class_name

_RECURRENT = ("output", "h_n", "c_n")
_CELL = ("h", "c")
_NOT_THEIRS = tuple(str(place) for place in (Path(torch.__file__).parent, running.__file__, capture.__file__))
_LONGEST = 32
_LONGEST_EXPRESSION = 100
_OPERATORS = {"add": "+", "sub": "-", "mul": "*", "div": "/", "matmul": "@", "__matmul__": "@", "pow": "**"}


@dataclass(frozen=True)
class Name:
    """A tensor's name in its trace, which no other has, and its variable in the code, if it has one."""

    unique: str
    variable: str | None


def merge_packing(calls: list[Call]) -> list[Call]:
    """Make one call of each pack or unpack function, in place of the sorting and selecting inside it."""
    merged: list[Call] = []
    group: list[Call] = []
    for call in [*calls, None]:
        if group and (call is None or call.packing != group[0].packing):
            merged += _merged(group)
            group = []
        if call is not None:
            (group if call.packing else merged).append(call)
    return merged


def _merged(group: list[Call]) -> list[Call]:
    function = group[0].packing[0] if group[0].packing else ""
    made = {seen.index for call in group for seen in call.outputs}
    used = {seen.index for call in group for seen in call.inputs}
    packs = [call for call in group if call.name == "_pack_padded_sequence"]
    if packs:
        outputs = packs[0].outputs[:1]
    else:
        outputs = tuple(seen for call in group for seen in call.outputs if seen.index not in used)
        outputs = tuple(sorted(outputs, key=lambda seen: not seen.dtype.is_floating_point))
    inputs = {seen.index: seen for call in group for seen in call.inputs if seen.index not in made}
    if not outputs:
        return []
    structure = outputs[0] if len(outputs) == 1 else outputs
    return [replace(group[0], name=function, inputs=tuple(inputs.values()), outputs=outputs, structure=structure)]


def names_of(calls: list[Call], loss: Seen | None = None) -> dict[int, Name]:
    """A name for each tensor, by its index: torch's word, else the variable, else the expression, else the layer."""
    names: dict[int, Name] = {}
    taken: dict[str, int] = {}
    for call in calls:
        written = _written(call)
        variables = dict(_assigned(written.target, call.structure)) if written else {}
        for seen in call.outputs:
            variable = variables.get(seen.index)
            role = "loss" if loss is not None and seen.index == loss.index else _role(call, seen)
            wanted = role or variable or _readable(call, seen, written)
            taken[wanted] = taken.get(wanted, 0) + 1
            unique = wanted if taken[wanted] == 1 else f"{wanted} #{taken[wanted]}"
            names[seen.index] = Name(unique, variable)
    return names


def expressions(calls: list[Call], names: dict[int, str]) -> dict[int, str]:
    """The expression of each call, by its id: the person's own text, else one they could have written."""
    texts = {}
    for call in calls:
        written = _written(call)
        texts[id(call)] = written.text if written else _shortened(_synthesised(call, names))
    return texts


def module_text(module: nn.Module) -> str:
    """``nn.LSTM(1, 5, batch_first=True)``: a layer in one line, as torch prints it, without the layers inside it."""
    home = "nn." if type(module).__module__.startswith("torch.nn.") else ""
    return f"{home}{class_name(module)}({module.extra_repr()})"


def failed_expression(error: BaseException | None) -> str | None:
    """The person's own expression that raised, where its text is found."""
    found = None
    step = error.__traceback__ if error is not None else None
    while step is not None:
        if not step.tb_frame.f_code.co_filename.startswith(_NOT_THEIRS):
            found = expression_at(step.tb_frame.f_code, step.tb_lasti)
        step = step.tb_next
    return found.text if found else None


def _written(call: Call) -> Written | None:
    if call.written is None and call.place is not None:
        call.written = expression_at(*call.place)
    return call.written


def _assigned(target: Any, structure: Any) -> Iterator[tuple[int, str]]:
    if isinstance(target, str) and isinstance(structure, Seen):
        yield structure.index, target
    elif isinstance(target, tuple) and isinstance(structure, (tuple, list)):
        for part, value in zip(target, structure, strict=False):
            yield from _assigned(part, value)


def _role(call: Call, seen: Seen) -> str | None:
    place = next((place for place, other in enumerate(call.outputs) if other is seen), 0)
    if isinstance(call.module, nn.RNNBase):
        return _RECURRENT[place]
    if isinstance(call.module, nn.RNNCellBase):
        return _CELL[place]
    return call.name if call.kind != "function" and call.kind != "module" else None


def _readable(call: Call, seen: Seen, written: Written | None) -> str:
    if call.kind == "module":
        return call.path or call.name.lower()
    if written and len(written.text) <= _LONGEST:
        return written.text if len(call.outputs) == 1 else f"{written.text}[{call.outputs.index(seen)}]"
    return call.name.strip("_.")


def _synthesised(call: Call, names: dict[int, str]) -> str:
    if call.kind in ("parameter", "buffer", "constant"):
        return _attribute(call.name)
    if call.kind in ("input", "unseen"):
        return call.kind
    arguments = [_text(part, names) for part in call.arguments]
    keywords = [f"{key}={_text(value, names)}" for key, value in call.keywords.items()]
    if call.kind == "module":
        inside = ", ".join(arguments + keywords)
        return f"{_attribute(call.path) if call.path else call.name.lower()}({inside})"
    if not call.arguments or not isinstance(call.arguments[0], Seen) or _is_functional(call):
        return f"{_home(call)}{call.name}({', '.join(arguments + keywords)})"
    first, *rest = arguments
    if call.name == "__getitem__":
        return f"{first}[{_index(call.arguments[1])}]"
    if call.name.startswith("."):
        return f"{first}{call.name}"
    if call.name in _OPERATORS and len(arguments) == 2:
        return f"{first} {_OPERATORS[call.name]} {arguments[1]}"
    return f"{first}.{call.name}({', '.join(rest + keywords)})"


def _is_functional(call: Call) -> bool:
    return getattr(call.function, "__module__", "") == "torch.nn.functional"


def _home(call: Call) -> str:
    if _is_functional(call):
        return "F."
    return "torch." if getattr(torch, call.name, None) is call.function else ""


def _shortened(text: str) -> str:
    if len(text) <= _LONGEST_EXPRESSION:
        return text
    return f"{text[: text.index(',')]}, …)" if "," in text[:_LONGEST_EXPRESSION] else f"{text[:_LONGEST_EXPRESSION]}…"


def _attribute(path: str) -> str:
    """``net.0.fc`` as code: ``self.net[0].fc``."""
    return "self" + "".join(f"[{part}]" if part.isdigit() else f".{part}" for part in path.split("."))


def _text(value: Any, names: dict[int, str]) -> str:
    if isinstance(value, Seen):
        return names.get(value.index, "…")
    if isinstance(value, tuple):
        return "(" + ", ".join(_text(part, names) for part in value) + ("," if len(value) == 1 else "") + ")"
    if isinstance(value, list):
        return "[" + ", ".join(_text(part, names) for part in value) + "]"
    return repr(value)


def _index(value: Any) -> str:
    parts = value if isinstance(value, tuple) else (value,)
    return ", ".join(_index_part(part) for part in parts)


def _index_part(part: Any) -> str:
    if isinstance(part, slice):
        ends = ["" if end is None else str(end) for end in (part.start, part.stop)]
        return ":".join(ends) + (f":{part.step}" if part.step is not None else "")
    return "..." if part is Ellipsis else "…" if isinstance(part, Seen) else str(part)
