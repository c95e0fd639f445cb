"""What a person pasted, as messages: without colours, frames and line breaks, with one way to write a shape."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

LONGEST_PASTE = 60_000
LONGEST_MESSAGE = 1_500
MOST_MESSAGES = 5
MOST_HEADS = 30
LONGEST_EARLIER = 600

_ANSI = re.compile(r"\x1b\[[0-9;?]{0,12}[A-Za-z]|\[\d{1,2}(?:;\d{1,3}){0,4}m")
_QUOTES = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "\u00a0": " ", "\u200b": "", "×": "x"})
_HEAD = re.compile(r"\b([A-Z]\w{0,40}(?:Error|Warning|Exception))(?::[ \t]{0,4}|[ \t]{0,4}$)", re.MULTILINE)
_END = re.compile(
    r"\n\s*(?:Traceback \(most recent|During handling of the above|The above exception was|Process finished|-{20})"
    r"|\n\s*File \"|\n\s*warnings\.warn\(|\n\s*return F\.\w+\("
)
_SIZE = re.compile(r"torch\.Size\(\s*\[([^\]\[()]{0,80})\]\s*\)")
_BRACKETS = re.compile(r"[\[{]\s*(-?\d{1,12}L?(?:\s{0,2}(?:,|x)\s{0,2}-?\d{1,12}L?){0,8})\s{0,2},?\s{0,2}[\]}]")
_LONGS = re.compile(r"\(\s*(-?\d{1,12}L?(?:\s{0,2}(?:,|x)\s{0,2}-?\d{1,12}L?){0,8})\s{0,2},?\s{0,2}\)")
_NUMBER = re.compile(r"-?\d{1,12}")


@dataclass(frozen=True)
class Message:
    """One exception or warning: its class's name, or an empty one, and its words on one line."""

    exception: str
    text: str

    @property
    def is_warning(self) -> bool:
        """Whether it is a warning, which stops nothing."""
        return self.exception.endswith("Warning")


def cleaned(paste: str) -> str:
    """The paste without colours and odd quotation marks; of a very long one the beginning and the end."""
    text = (
        paste if len(paste) <= LONGEST_PASTE else paste[: LONGEST_PASTE // 3] + "\n" + paste[-2 * LONGEST_PASTE // 3 :]
    )
    text = _ANSI.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return html.unescape(text).translate(_QUOTES)


def messages(text: str) -> tuple[Message, ...]:
    """The messages in a cleaned paste: what stopped the program first, then what came before it, then the warnings.

    >>> messages("Traceback (most recent call last):\\nKeyError: 3\\n\\nValueError: got [2, 5L]")
    (Message(exception='ValueError', text='got (2, 5)'), Message(exception='KeyError', text='3'))
    """
    heads = list(_HEAD.finditer(text))[-MOST_HEADS:]
    found: list[Message] = []
    for place, head in enumerate(heads):
        end = heads[place + 1].start() if place + 1 < len(heads) else len(text)
        words = text[head.end() : min(end, head.end() + 10 * LONGEST_MESSAGE)]
        if cut := _END.search(words):
            words = words[: cut.start()]
        limit = LONGEST_MESSAGE if place + 1 == len(heads) else LONGEST_EARLIER
        message = Message(head[1], one_line(shortened(words, limit)))
        if message in found:
            found.remove(message)
        found.append(message)
    found.reverse()
    ordered = [message for message in found if not message.is_warning]
    ordered += [message for message in found if message.is_warning]
    return (*ordered[:MOST_MESSAGES],) or (Message("", one_line(shortened(text, LONGEST_MESSAGE))),)


def shortened(text: str, longest: int) -> str:
    """``text``, or the beginning and the end of a longer one."""
    return text if len(text) <= longest else f"{text[: longest // 2]}\n{text[-longest // 2 :]}"


def one_line(text: str) -> str:
    """``text`` on one line, every shape as ``(2, 20, 64)``, however the version wrote it.

    >>> one_line("got torch.Size([16L]),\\n  m1: [32 x 40]")
    'got (16), m1: (32, 40)'
    """
    line = " ".join(text.split())
    line = _SIZE.sub(lambda found: f"({found[1].strip()})", line)
    line = _BRACKETS.sub(_as_shape, line)
    return _LONGS.sub(_as_shape, line)


def shape_in(text: str | None) -> tuple[int, ...]:
    """The numbers of a shape, ``"16, 7"`` or ``"16x7"``."""
    return tuple(int(number) for number in _NUMBER.findall(text or ""))


def _as_shape(found: re.Match[str]) -> str:
    return f"({', '.join(map(str, shape_in(found[1].replace('x', ','))))})"
