"""From the bytes of a file to its text."""

from __future__ import annotations

import codecs
import math
import re
from dataclasses import dataclass

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
_MARKUP = re.compile(r"\s*<(!doctype|html|\?xml|svg)", re.IGNORECASE)
_SAVE_AS = 'save the table as "CSV UTF-8" and bring that file'


@dataclass(frozen=True)
class Decoded:
    """The text of a file, the encoding that it was read in, and a sentence where that had to be guessed.

    ``encoding`` is Python's name for it. ``other_rows`` are the rows, counted from 1, that are Windows-1252 in a file
    whose others are UTF-8.
    """

    text: str
    encoding: str = "utf-8"
    other_rows: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()


def to_text(name: str, content: bytes | str, largest: int = LARGEST_BYTES) -> Decoded:
    """The text of ``content``.

    UTF-8, UTF-16 and UTF-32 with their marks, UTF-16 without one, Windows-1252, and UTF-8 with rows of Windows-1252.
    Raises TableError for what is larger than ``largest`` bytes, before anything is read, and for what is no text.

    >>> decoded = to_text("a.csv", "größe".encode("cp1252"))
    >>> decoded.text, decoded.encoding
    ('größe', 'cp1252')
    """
    refuse_large(name, len(content), largest)
    if isinstance(content, bytes):
        _refuse_other_kinds(name, content)
    decoded = _decode(name, content) if isinstance(content, bytes) else Decoded(content)
    text = decoded.text.removeprefix("\ufeff")
    if isinstance(content, str):
        _refuse_half_characters(name, text)
    _refuse_no_text(name, text)
    return Decoded(text, decoded.encoding, decoded.other_rows, decoded.notes)


def refuse_large(name: str, size: int, largest: int, advice: str = "") -> None:
    """Raises TableError where ``size`` is more than ``largest``, both in bytes."""
    if size > largest:
        megabytes = math.ceil(size / 100_000) / 10
        limit = f"at most {largest // 1_000_000} MB are read here"
        advice = advice or "keep fewer rows, or only the columns that you need"
        raise TableError(f"{quoted(name)} has {megabytes:,} MB, and {limit}: {advice}.")


def _decode(name: str, content: bytes) -> Decoded:
    encoding = _marked_encoding(content)
    try:
        return Decoded(content.decode(encoding), _common_name(content, encoding))
    except UnicodeDecodeError as error:
        if encoding != "utf-8" or content.startswith(codecs.BOM_UTF8):
            raise _undecodable(name, content, error, encoding.upper()) from None
    _refuse_control_characters(name, content.decode("latin-1"))
    return _mixed(name, content) or _decode_windows(name, content)


def _decode_windows(name: str, content: bytes) -> Decoded:
    note = "The file is not UTF-8 and was read as Windows-1252: check the letters with accents."
    try:
        return Decoded(content.decode("cp1252"), "cp1252", (), (note,))
    except UnicodeDecodeError as error:
        raise _undecodable(name, content, error, "UTF-8 or Windows-1252") from None


def _mixed(name: str, content: bytes) -> Decoded | None:
    """What holds rows of both encodings, each row read in its own; None where no row says that it is UTF-8."""
    texts, other_rows, marked = [], [], False
    for row, line in enumerate(content.splitlines(keepends=True), start=1):
        try:
            texts.append(line.decode())
            marked = marked or not line.isascii()
        except UnicodeDecodeError:
            texts.append(_decode_windows_row(name, line, row))
            other_rows.append(row)
    if not marked:
        return None
    if len(other_rows) == 1:
        where = f"row {other_rows[0]:,} was"
    else:
        where = f"{len(other_rows):,} rows, the first is row {other_rows[0]:,}, were"
    note = f"The file mixes encodings, UTF-8 and Windows-1252: {where} read as the second. Check the letters there."
    return Decoded("".join(texts), "utf-8", tuple(other_rows), (note,))


def _decode_windows_row(name: str, line: bytes, row: int) -> str:
    try:
        return line.decode("cp1252")
    except UnicodeDecodeError as error:
        raise _no_text(name, row, line[error.start], "UTF-8 or Windows-1252") from None


def _undecodable(name: str, content: bytes, error: UnicodeDecodeError, encodings: str) -> TableError:
    row = _row(content[: error.start].decode(error.encoding, errors="replace"))
    return _no_text(name, row, content[error.start], encodings)


def _no_text(name: str, row: int, byte: int, encodings: str) -> TableError:
    what = f"the byte 0x{byte:02x}, which is no text in {encodings}"
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


def _common_name(content: bytes, encoding: str) -> str:
    """The name under which Python also takes away the mark at the start."""
    marked = content.startswith(tuple(_BYTE_ORDER_MARKS))
    return {"utf-8": "utf-8-sig"}.get(encoding, encoding[:6]) if marked else encoding


def _refuse_other_kinds(name: str, content: bytes) -> None:
    # the control bytes tell a Parquet file from a table whose first column happens to be called PAR1
    kind = next((kind for mark, kind in _OTHER_KINDS.items() if content.startswith(mark)), None)
    if kind and holds_control_bytes(content):
        raise TableError(f"{quoted(name)} is {kind}, not a text with commas: {_SAVE_AS}.")


def holds_control_bytes(content: bytes) -> bool:
    """Whether the first 4,000 bytes hold one that no text has."""
    return _CONTROL.search(content[:4000].decode("latin-1")) is not None


def _refuse_half_characters(name: str, text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        row = _row(text[: error.start])
        raise TableError(f"Row {row:,} of {quoted(name)} holds half a character: {_SAVE_AS}.", row) from None


def _refuse_no_text(name: str, text: str) -> None:
    _refuse_control_characters(name, text)
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


def line_ends(text: str) -> int:
    """How many lines end in ``text``, by any of the three ends that a line can have."""
    return text.count("\n") + text.count("\r") - text.count("\r\n")


def _row(before: str) -> int:
    return line_ends(before) + 1
