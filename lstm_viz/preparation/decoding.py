"""From the bytes of a file to its text."""

from __future__ import annotations

import codecs
import math
import re

from lstm_viz.preparation.errors import TableError, quoted
from lstm_viz.preparation.limits import LARGEST_BYTES

_BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32-le",  # before UTF-16, whose mark it begins with
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
_OTHER_KINDS = {
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF8": "a GIF picture",
    b"%PDF-": "a PDF document",
    b"PK": "a ZIP archive or an Excel workbook",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"\x1f\x8b": "a gzip archive",
    b"PAR1": "a Parquet file",
    b"SQLite format 3": "an SQLite database",
}
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
_LINE_END = re.compile(r"\r\n|\r|\n")
_MARKUP = re.compile(r"\s*<(!doctype|html|\?xml|svg)", re.IGNORECASE)
_SAVE_AS = 'save the table as "CSV UTF-8" and bring that file'


def to_text(name: str, content: bytes | str) -> tuple[str, tuple[str, ...]]:
    """The text of ``content``, and a sentence where its encoding had to be guessed.

    UTF-8, UTF-16 and UTF-32 with their marks, UTF-16 without one, and Windows-1252. Raises TableError for what is
    larger than LARGEST_BYTES, before anything is read, and for what is no text.

    >>> to_text("a.csv", "größe".encode("cp1252"))
    ('größe', ('The file is not UTF-8 and was read as Windows-1252: check the letters with accents.',))
    """
    _refuse_large(name, len(content))
    if isinstance(content, bytes):
        _refuse_other_kinds(name, content)
    text, notes = _decode(name, content) if isinstance(content, bytes) else (content, ())
    text = text.removeprefix("\ufeff")
    _refuse_no_text(name, text)
    return text, notes


def _decode(name: str, content: bytes) -> tuple[str, tuple[str, ...]]:
    encoding = _marked_encoding(content)
    try:
        return content.decode(encoding), ()
    except UnicodeDecodeError as error:
        if encoding != "utf-8" or content.startswith(codecs.BOM_UTF8):
            raise _undecodable(name, content, error, encoding.upper()) from None
    _refuse_control_characters(name, content.decode("latin-1"))
    note = "The file is not UTF-8 and was read as Windows-1252: check the letters with accents."
    try:
        return content.decode("cp1252"), (note,)
    except UnicodeDecodeError as error:
        raise _undecodable(name, content, error, "UTF-8 or Windows-1252") from None


def _undecodable(name: str, content: bytes, error: UnicodeDecodeError, encodings: str) -> TableError:
    row = _row(content[: error.start].decode(error.encoding, errors="replace"))
    what = f"the byte 0x{content[error.start]:02x}, which is no text in {encodings}"
    return TableError(f"Row {row:,} of {quoted(name)} holds {what}: {_SAVE_AS}.", row)


def _marked_encoding(content: bytes) -> str:
    for mark, encoding in _BYTE_ORDER_MARKS.items():
        if content.startswith(mark):
            return encoding
    start = content[:4000]
    even, odd = start[0::2].count(0), start[1::2].count(0)
    if odd > len(start) // 4 and not even:
        return "utf-16-le"  # text of mostly Latin letters: every second byte is 0
    return "utf-16-be" if even > len(start) // 4 and not odd else "utf-8"


def _refuse_large(name: str, size: int) -> None:
    if size > LARGEST_BYTES:
        megabytes = math.ceil(size / 100_000) / 10
        limit = f"at most {LARGEST_BYTES // 1_000_000} MB are read here"
        advice = "keep fewer rows, or only the columns that you need"
        raise TableError(f"{quoted(name)} has {megabytes:,} MB, and {limit}: {advice}.")


def _refuse_other_kinds(name: str, content: bytes) -> None:
    # the control bytes tell a Parquet file from a table whose first column happens to be called PAR1
    kinds = (kind for mark, kind in _OTHER_KINDS.items() if content.startswith(mark))
    kind = next(kinds, None)
    if kind and _CONTROL.search(content[:4000].decode("latin-1")):
        raise TableError(f"{quoted(name)} is {kind}, not a text with commas: {_SAVE_AS}.")


def _refuse_no_text(name: str, text: str) -> None:
    _refuse_control_characters(name, text)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        row = _row(text[: error.start])
        raise TableError(f"Row {row:,} of {quoted(name)} holds half a character: {_SAVE_AS}.", row) from None
    if not text.strip():
        what = "holds only empty space" if text else "is empty"
        raise TableError(f"{quoted(name)} {what}: bring a table with a row of names and rows of numbers.")
    if _MARKUP.match(text):
        raise TableError(f"{quoted(name)} is a web page or XML, not a text with commas: download the table itself.")


def _refuse_control_characters(name: str, text: str) -> None:
    if found := _CONTROL.search(text):
        row = _row(text[: found.start()])
        what = f"the control character 0x{ord(found.group()):02x}"
        raise TableError(f"{quoted(name)} is no text, because row {row:,} holds {what}: {_SAVE_AS}.", row)


def _row(before: str) -> int:
    return len(_LINE_END.findall(before)) + 1
