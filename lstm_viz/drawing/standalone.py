"""Sheet: what is on a page, as one HTML file that is complete without a network."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from lstm_viz.dims import SYMBOLS
from lstm_viz.drawing.palette import DARK, LIGHT
from lstm_viz.spreadsheet import Cell, Grid

_BOLD, _CODE = re.compile(r"\*\*(.+?)\*\*"), re.compile(r"`([^`]*)`")
# nothing may be loaded and no script may run, whatever the file holds
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


@dataclass(frozen=True)
class Prose:
    """Sentences: ``**bold**``, `` `code` `` and lines that begin with ``- `` are known; all else stands as it is."""

    text: str


@dataclass(frozen=True)
class Markup:
    """HTML of the program's own making, in which whatever a visitor named is escaped already."""

    html: str


@dataclass(frozen=True)
class Drawing:
    """SVG that ``drawing`` made: it follows the reader's light or dark."""

    svg: str


@dataclass(frozen=True)
class OnScreen:
    """A place for the pictures that only the browser has: those in the element that Streamlit knows by ``key``."""

    key: str
    label: str


@dataclass(frozen=True)
class Code:
    """A program."""

    text: str


Block: TypeAlias = Prose | Markup | Drawing | OnScreen | Code | Grid


@dataclass(frozen=True)
class Section:
    """Some blocks; ``title`` is empty where none is needed."""

    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Sheet:
    """A page as it is at this moment."""

    title: str
    sections: Sequence[Section]


def to_html(sheet: Sheet) -> str:
    """A whole HTML document; the link to the settings and the places of ``OnScreen`` are left for the browser.

    >>> text = to_html(Sheet("<Shapes>", [Section("", [Prose("`x` is **(4, 12, 1)**.")])]))
    >>> "<h1>&lt;Shapes&gt;</h1>" in text, "<p><code>x</code> is <b>(4, 12, 1)</b>.</p>" in text
    (True, True)
    """
    title = html.escape(sheet.title)
    body = "\n".join(_section(section) for section in sheet.sections)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{_style()}</style>\n</head>\n"
        f"<body>\n<main>\n<h1>{title}</h1>\n{body}\n"
        '<footer>Made with LSTM Shapes. <span data-link="">The same settings are in the link.</span></footer>\n'
        "</main>\n</body>\n</html>\n"
    )


def prose(text: str) -> str:
    """Sentences as HTML.

    >>> prose("a <b>\\n\\n- `one`\\n- two")
    '<p>a &lt;b&gt;</p><ul><li><code>one</code></li><li>two</li></ul>'
    """
    parts = []
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        lines = paragraph.split("\n")
        if all(line.startswith("- ") for line in lines):
            parts.append(f"<ul>{''.join(f'<li>{_inline(line[2:])}</li>' for line in lines)}</ul>")
        else:
            parts.append(f"<p>{_inline(' '.join(lines))}</p>")
    return "".join(parts)


def _inline(text: str) -> str:
    return _BOLD.sub(r"<b>\1</b>", _CODE.sub(r"<code>\1</code>", html.escape(text)))


def _section(section: Section) -> str:
    head = f"<h2>{html.escape(section.title)}</h2>\n" if section.title else ""
    return f"<section>\n{head}{chr(10).join(map(_block, section.blocks))}\n</section>"


def _block(block: Block) -> str:
    match block:
        case Prose(text):
            return prose(text)
        case Markup(markup):
            return markup
        case Drawing(svg):
            return f'<figure style="max-width:{_widest(svg)}px">{svg}</figure>'
        case OnScreen(key, label):
            return f'<figure data-on-screen="{html.escape(key)}"><figcaption>{html.escape(label)}</figcaption></figure>'
        case Code(text):
            return f"<pre><code>{html.escape(text)}</code></pre>"
        case Grid():
            return _table(block)


def _widest(svg: str) -> int:
    """How wide a drawing may become before its letters are larger than the page's."""
    return round(1.35 * float(svg.split('viewBox="0 0 ', 1)[1].split()[0]))


def _table(grid: Grid) -> str:
    head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in grid.columns)
    rows = "\n".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in grid.rows)
    caption = f"<caption>{html.escape(grid.name)}</caption>" if grid.name else ""
    return f'<div class="wide"><table>{caption}<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody></table></div>'


def _cell(cell: Cell) -> str:
    if isinstance(cell, int):
        return f'<td class="number">{cell:,}</td>'
    if isinstance(cell, float):
        return f'<td class="number">{cell:.6g}</td>'
    return f"<td>{html.escape(cell or '')}</td>"


def _style() -> str:
    colours = "".join(
        f".s-{letter}{{color:light-dark({LIGHT[letter]},{DARK[letter]});font-weight:700}}" for letter in SYMBOLS
    )
    soft, faint, box = (f"light-dark({LIGHT[name]},{DARK[name]})" for name in ("soft", "faint", "box"))
    return (
        f":root{{color-scheme:light dark;background:light-dark({LIGHT['paper']},{DARK['paper']});"
        f"color:light-dark({LIGHT['ink']},{DARK['ink']});font:16px/1.55 system-ui,sans-serif}}"
        "body{margin:0}main{max-width:75rem;margin:0 auto;padding:1.5rem}h1{font-size:1.5rem}"
        "h5{font-size:1rem;margin:.8rem 0 .2rem}.sums{display:grid;gap:1rem;"
        "grid-template-columns:repeat(auto-fit,minmax(min(26rem,100%),1fr))}"
        "h2{font-size:1.15rem;margin:2rem 0 .5rem}figure{margin:1rem auto;overflow-x:auto}"
        "figure svg{display:block;max-width:100%;height:auto;margin:0 auto}"
        f"figcaption,caption,footer,.small{{color:{soft};font-size:.9rem}}caption{{text-align:left}}"
        "figcaption{text-align:center}svg.lv{width:100%}"
        f"code,pre,.shape,.eq{{font-family:ui-monospace,Menlo,Consolas,monospace;font-size:.88em}}"
        f"pre{{background:{box};padding:1rem;border-radius:.5rem;overflow-x:auto;line-height:1.5}}"
        f".wide{{overflow-x:auto}}table{{border-collapse:collapse;width:100%;font-size:.9rem}}"
        f"th,td{{text-align:left;padding:.3rem .7rem;border-bottom:1px solid {faint};white-space:nowrap}}"
        f"th{{color:{soft}}}.number{{text-align:right;font-variant-numeric:tabular-nums}}"
        f"footer{{margin-top:3rem;border-top:1px solid {faint};padding-top:.8rem;overflow-wrap:anywhere}}"
        f"a{{color:light-dark({LIGHT['T']},{DARK['T']})}}{colours}"
    )
