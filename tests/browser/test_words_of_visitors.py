"""What a visitor brings is shown as text, wherever it is shown: no script of it runs, no mark of it becomes one."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from openpyxl import Workbook
from playwright.sync_api import Page, expect

from tests.support.browsing import app_ready

FOREIGN = "//evil.example/"
HOSTILE = (
    "<script>trapped('script')</script>",
    "</svg></style></textarea><script>trapped('svg')</script>",
    "\"><img src=x onerror=trapped('img')>",
    f"![p]({FOREIGN}p.png) [l](https:{FOREIGN}l)",
    f"$\\href{{https:{FOREIGN}}}{{x}}$ :red[red] https:{FOREIGN}w",
    f"<a href='https:{FOREIGN}a'>a</a><style>*{{display:none}}</style>",
)
_TRAP = """
window.caught = []
window.trapped = (what) => window.caught.push(what)
for (const name of ["alert", "confirm", "prompt", "open"]) window[name] = () => window.caught.push(name)
"""
# Looks into shadow trees too. What a visitor's text must never have made: elements that only these texts ask for.
_MADE = """() => {
  const roots = [document], found = []
  for (const root of roots)
    for (const each of root.querySelectorAll("*")) if (each.shadowRoot) roots.push(each.shadowRoot)
  for (const root of roots) {
    for (const each of root.querySelectorAll("a[href*='evil'], img[src*='evil'], img[src='x'], [onerror], .katex"))
      found.push(each.outerHTML.slice(0, 200))
    for (const each of root.querySelectorAll("script, style"))
      if (/trapped|display:none\\}$/.test(each.textContent) && each.textContent.length < 60) found.push(each.outerHTML)
  }
  return [...window.caught, ...found]
}"""


@pytest.fixture
def trapped(page: Page) -> Iterator[Page]:
    """A page on which nothing of HOSTILE may take effect, looked at again when the test is over."""
    page.add_init_script(_TRAP)
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    yield page
    harmless(page)
    assert not dialogs


def harmless(page: Page) -> None:
    assert not page.evaluate(_MADE)


def rows_of_table() -> list[list[str | int]]:
    """A table whose every word is hostile, with numbers enough to train on."""
    rows = [[f"{HOSTILE[row % 6]} {row}", *(row % 7 + place for place in range(6))] for row in range(40)]
    return [["label", *HOSTILE], *rows]


def table() -> str:
    """The same as lines of a CSV file."""
    text = io.StringIO()
    csv.writer(text).writerows(rows_of_table())
    return text.getvalue()


def every_tab(page: Page) -> None:
    """Open each tab of the page, and look."""
    app_ready(page)
    harmless(page)
    for place in range(page.get_by_role("tab").count()):
        page.get_by_role("tab").nth(place).click()
        app_ready(page, quiet=50)
        harmless(page)


def go_to(page: Page, name: str) -> None:
    page.get_by_role("link", name=name, exact=True).first.click()
    page.wait_for_function("name => document.title.startsWith(name)", arg=name, timeout=60_000)
    app_ready(page)


def test_a_table_on_every_page(trapped: Page) -> None:
    page = trapped
    page.goto("/?data=table&tep=2")
    page.get_by_label("or paste its lines").fill(table())
    page.get_by_role("button", name="Use the pasted lines").click()
    expect(page.get_by_text("pasted table: 40 rows")).to_be_visible(timeout=60_000)
    page.locator('[data-tensor="x"]').first.click()
    expect(page.locator(".st-key-inspector")).to_contain_text("which feature: <script>")
    every_tab(page)
    for name in ("Inside the cell", "Mistakes", "Training"):
        go_to(page, name)
        every_tab(page)
    page.locator('[data-act="train"]').click()
    expect(page.locator(".report")).to_contain_text("MAE", timeout=90_000)
    page.get_by_role("tab", name="Predict further").click()
    expect(page.get_by_text("Running free, each prediction")).to_be_visible(timeout=60_000)
    harmless(page)


def test_a_file_and_its_sheets(trapped: Page, tmp_path: Path) -> None:
    page = trapped
    book = Workbook()
    first = book.active
    assert first is not None
    first.title = "<img src=x onerror=1>"
    for line in rows_of_table():
        first.append(line)
    book.create_sheet("<b><script>").append([HOSTILE[0]])
    book.save(named := tmp_path / "<img src=x onerror=trapped(1)>.xlsx")
    page.goto("/data?dd=table")
    page.locator("input[type=file]").first.set_input_files(named)
    expect(page.get_by_text("In use: <img src=x")).to_be_attached(timeout=60_000)
    every_tab(page)


def test_messages(trapped: Page) -> None:
    page = trapped
    page.goto("/data?from=text&wd=text&tep=1")
    lines = [f"{'wanted' if row % 2 else HOSTILE[0]}\t{HOSTILE[row % 6]} word{row}" for row in range(40)]
    page.get_by_label("or paste its lines").fill("\n".join(["label\ttext", *lines]))
    page.get_by_role("button", name="Use the pasted lines").click()
    expect(page.get_by_text("In use: the pasted lines")).to_be_attached(timeout=60_000)
    every_tab(page)
    page.get_by_role("button", name="Shapes →").click()
    expect(page.locator('[data-tensor="embedded"]').first).to_be_visible(timeout=60_000)
    every_tab(page)


def test_a_link(trapped: Page) -> None:
    entries = ["H", "cell", "data", "dT", "dd", "df", "wu", "tlr", "gtask", "unit"]
    query = "&".join(f"{name}={quote(HOSTILE[place % 6])}" for place, name in enumerate([*entries, HOSTILE[3]]))
    for path in ("", "lessons", "cell", "data", "training", "gradients", "quiz"):
        trapped.goto(f"/{path}?{query}")
        app_ready(trapped)
        expect(trapped.get_by_text("The link's").first).to_be_attached()
        harmless(trapped)


def test_what_the_doctor_is_told(trapped: Page) -> None:
    page = trapped
    page.goto("/pitfalls")
    page.get_by_role("tab").nth(1).click()
    page.get_by_text("Your code and sizes").click()
    for hostile in HOSTILE:
        message = f'RuntimeError: Error(s) in loading state_dict for {hostile}: Missing key(s): "{hostile}". (32x40)'
        page.locator("textarea.message").fill(message)
        page.locator("textarea.code").fill(f"{hostile}\nlstm = nn.LSTM(3, 4)")
        page.locator(".answers section").first.wait_for()
        app_ready(page)
        harmless(page)
