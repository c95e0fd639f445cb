"""What a person takes away, opened as they would open it; and the view within another site's page."""

from __future__ import annotations

import re
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from xml.etree import ElementTree

from playwright.sync_api import Browser, Download, Page, expect

from tests.support.browsing import app_ready

OpenPage = Callable[..., Page]
SVG = "{http://www.w3.org/2000/svg}"
SLOW = 30_000
PAGES = {"": ("light", "svg.lv"), "cell": ("dark", "svg.lv"), "gradients": ("dark", ".js-plotly-plot .main-svg")}
PAPER = {"light": "#fcfcfd", "dark": "#111820"}


def opened(page: Page, path: str, seen: str) -> None:
    page.goto(f"/{path}")
    page.locator(seen).first.wait_for(timeout=SLOW)
    app_ready(page)
    page.get_by_role("button", name="Take away").click()


def taken(page: Page, name: str) -> Download:
    with page.expect_download(timeout=SLOW) as download:
        page.locator(".st-key-take_away").get_by_role("button", name=name).first.click()
    return download.value


def size_of(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def check_picture(svg: Download, png: Download, paper_colour: str) -> None:
    """An SVG that needs no rules of a page, and its PNG at twice its size."""
    assert svg.suggested_filename.removesuffix(".svg") == png.suggested_filename.removesuffix(".png")
    text = Path(svg.path()).read_text(encoding="utf-8")
    root = ElementTree.fromstring(text)
    assert not [each for each in root.iter() if each.tag in (f"{SVG}style", f"{SVG}script", f"{SVG}foreignObject")]
    assert not [each for each in root.iter() if {"class", "style", "onclick"} & set(each.attrib)]
    assert not re.search(r"var\(|url\((?!#)|<image|href=", text)
    assert all(each.get("font-family", "sans-serif").endswith(("sans-serif", "monospace")) for each in root.iter())
    paper = root.find(f"{SVG}rect")
    assert paper is not None
    assert paper.get("fill") == paper_colour
    width, height = (round(2 * float(root.attrib[name])) for name in ("width", "height"))
    assert size_of(Path(png.path()).read_bytes()) == (width, height)


def check_page(browser: Browser, file: Path, link: str) -> None:
    """A page from disk asks for nothing, complains of nothing, and follows the reader's light or dark."""
    context = browser.new_context(offline=True)
    asked: list[str] = []
    problems: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    context.on("console", lambda line: problems.append(line.text))
    page = context.new_page()
    page.goto(file.as_uri())
    assert asked == [file.as_uri()]
    assert problems == []
    expect(page).to_have_title(re.compile("LSTM Shapes"))
    expect(page.locator("figure svg").first).to_be_visible()
    expect(page.locator("footer a")).to_have_attribute("href", link)
    expect(page.get_by_text("not on the screen")).to_have_count(0)
    background = "getComputedStyle(document.documentElement).backgroundColor"
    light = page.evaluate(background)
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(background) != light
    context.close()


def test_what_is_taken_away_opens_elsewhere(open_page: OpenPage, browser: Browser, tmp_path: Path) -> None:
    for path, (scheme, seen) in PAGES.items():
        page = open_page(color_scheme=scheme)
        opened(page, path, seen)
        check_picture(taken(page, "SVG"), taken(page, "PNG, 2×"), PAPER[scheme])
        file = tmp_path / f"page-{path}.html"
        taken(page, "This page, .html").save_as(file)
        check_page(browser, file, page.url)


def test_the_menu_by_keyboard_and_on_a_phone(open_page: OpenPage) -> None:
    page = open_page(width=390, height=844)
    page.goto("/")
    page.locator("svg.lv").wait_for(timeout=SLOW)
    app_ready(page)
    button = page.get_by_role("button", name="Take away")
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("button", name="Copy code to embed")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Copy code to embed: copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").startswith('<iframe src="http://127.0.0.1')
    box = page.locator(".menu").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    page.keyboard.press("Escape")
    expect(button).to_have_attribute("aria-expanded", "false")
    expect(button).to_be_focused()


@contextmanager
def another_site(body: str) -> Iterator[str]:
    """A page of another origin."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(f'<!DOCTYPE html><title>A</title><link rel="icon" href="data:,">{body}'.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_the_code_to_embed_works_on_another_site(open_page: OpenPage) -> None:
    page = open_page()
    opened(page, "?T=6&bi=1", "svg.lv")
    page.get_by_role("button", name="Copy code to embed").click()
    expect(page.get_by_text("Copy code to embed: copied.")).to_be_visible()
    with another_site(page.evaluate("navigator.clipboard.readText()")) as url:
        page.goto(url)
        frame = page.frame_locator("iframe")
        expect(frame.locator('svg.lv [data-tensor="x"]')).to_have_attribute("data-shape", "(4, 6, 1)", timeout=SLOW)
        expect(frame.get_by_text("4 samples of 6 steps")).to_be_visible()
        for hidden in ('[data-testid="stSidebar"]', '[data-testid="stHeader"]', "[role=tablist]", ".open"):
            expect(frame.locator(hidden).locator("visible=true")).to_have_count(0)
        inside = page.frames[1]
        inside.wait_for_function("location.search.includes('embed=true') && location.search.includes('bi=1')")
        with page.context.expect_page() as other:
            frame.get_by_role("link", name="Open in LSTM Shapes").click()
        full = other.value
        full.locator("svg.lv").wait_for(timeout=SLOW)
        assert "embed" not in full.url
        assert "T=6" in full.url
        expect(full.locator('[data-testid="stSidebar"]')).to_be_visible()


def test_what_a_visitor_named_stays_text(open_page: OpenPage, browser: Browser, tmp_path: Path) -> None:
    page = open_page()
    page.goto("/data?dd=table")
    names = ["<script>alert(1)</script>", "</svg><img src=x onerror=alert(2)>"]
    lines = [",".join(names), *(f"{row},{row * 2 % 7}" for row in range(40))]
    page.get_by_label("or paste its lines").fill("\n".join(lines), timeout=SLOW)
    page.get_by_role("button", name="Use the pasted lines").click()
    expect(page.locator(".st-key-data_way")).to_contain_text("(40, 2)", timeout=SLOW)
    app_ready(page)
    page.get_by_role("button", name="Take away").click()
    svg = taken(page, "SVG").path().read_text(encoding="utf-8")
    assert {each.tag for each in ElementTree.fromstring(svg).iter()}.isdisjoint({f"{SVG}script", f"{SVG}img"})
    assert "&lt;script&gt;" in svg
    file = tmp_path / "page.html"
    taken(page, "This page, .html").save_as(file)
    check_page(browser, file, page.url)
    text = file.read_text(encoding="utf-8")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "<script" not in text
    assert "<img" not in text
