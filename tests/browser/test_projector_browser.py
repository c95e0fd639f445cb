"""On a projector and in the room: legible from the last row, without scrolling, by keys; phones that follow."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, expect

from lstm_viz.ui.frame import PAGES
from lstm_viz.ui.room_place import path_of
from tests.support.browsing import app_ready

SIZE, CONTRAST, TOUCH = 20, 7, 44
PATIENCE = 20_000
_LEGIBLE = f"(text) => text.size >= {SIZE} && (text.contrast === null || text.contrast >= {CONTRAST})"
_READING = (Path(__file__).parents[1] / "support" / "reading.js").read_text(encoding="utf-8")
_OVERLAPS = (Path(__file__).parents[1] / "support" / "overlaps.js").read_text(encoding="utf-8")
_SCREENS = ((1024, 768), (1366, 768), (1920, 1080))
_TWO_SCREENS = _SCREENS[::2]
"""1366 × 768 has the form of 1920 × 1080, and all is measured by the width."""
_NO_SCROLLING = """() => {
  const page = document.querySelector("[data-testid=stMain]")
  return page.scrollHeight <= page.clientHeight && document.documentElement.scrollWidth <= innerWidth
}"""
# the picture of a page: what is drawn and not a symbol on a button
_PICTURE = """() => {
  const found = []
  const walk = (root) => {
    for (const node of root.querySelectorAll("*")) {
      if (node.shadowRoot) walk(node.shadowRoot)
      if (node.matches(".picture > svg, .loss > svg, .js-plotly-plot")) found.push(node.getBoundingClientRect())
    }
  }
  walk(document)
  const bar = document.querySelector(".st-key-toolbar").getBoundingClientRect().top
  return found.filter((box) => box.height).map((box) => [box.top, box.bottom, bar])[0]
}"""
_NO_PICTURE = (
    "pages/pitfalls.py",
    "pages/lessons.py",
    "pages/quiz.py",
)  # a page that is read on; those of the test below
_STEPS = (
    "lesson=prices&step=batch-first",
    "lesson=prices&step=target",
    "lesson=four-steps&step=forget",
    "lesson=messages&step=padding",
)
# how far below the bar the longest part of a lesson's step, or of a question with its verdict, goes
_BELOW = """() => {
  const roots = [...document.querySelectorAll("*")].map((node) => node.shadowRoot).filter(Boolean)
  const parts = roots.flatMap((root) => [...root.querySelectorAll(".left, .claim, .picture, .way, .grid, .quiz")])
  const bottoms = parts.map((part) => part.getBoundingClientRect()).filter((box) => box.height).map((box) => box.bottom)
  return Math.max(...bottoms) - document.querySelector(".st-key-toolbar").getBoundingClientRect().top
}"""
# whether what is below or right of a map leaves it no room to grow; a drawing grows in both ways
_MAP_FILLS = """() => {
  const roots = [...document.querySelectorAll("*")].map((node) => node.shadowRoot).filter(Boolean)
  const [svg] = roots.flatMap((root) => [...root.querySelectorAll(".map svg")])
  const [box, text] = [svg.getBoundingClientRect(), svg.closest(".map").getBoundingClientRect()]
  const { width, height } = svg.viewBox.baseVal
  const bar = document.querySelector(".st-key-toolbar").getBoundingClientRect().top
  return box.height * width / height > innerWidth * 0.9 || bar - text.bottom < innerHeight * 0.06
}"""
_SMALL = """(least) => {
  const found = []
  const walk = (root) => {
    for (const node of root.querySelectorAll("*")) {
      if (node.shadowRoot) walk(node.shadowRoot)
      const main = node.matches(".buttons button, .controls input:not([type=radio], [type=checkbox]), .controls select,"
        + ".controls .pieces span, .controls .switch label, .bar button, .bar select, .steps button, .tools button,"
        + ".room button")
      const box = node.getBoundingClientRect()
      const small = main && box.width && node.checkVisibility() && box.height < least - 0.5
      if (small) found.push([node.outerHTML.slice(0, 80), box.height])
    }
  }
  walk(document)
  return found
}"""


def presented(page: Page, path: str, query: str = "present=1") -> Page:
    page.goto(f"{path}?{query}")
    app_ready(page, timeout=60_000)
    expect(page.get_by_role("button", name="Leave the presentation")).to_be_visible()
    return page


def remaining(page: Page, script: str) -> list[Any]:
    """What a script still lists; a change of the theme or the window is drawn a moment later."""
    found: list[Any] = []
    for _ in range(20):
        found = page.evaluate(script)
        if not found:
            break
        page.wait_for_timeout(PATIENCE / 80)
    return found


def illegible(page: Page) -> list[Any]:
    """The texts that stay too small or too faint."""
    return remaining(page, f"() => ({_READING})().filter((text) => !({_LEGIBLE})(text))")


def test_every_page_is_legible_and_its_picture_needs_no_scrolling(open_page: Callable[..., Page]) -> None:
    page = open_page(width=1920, height=1080)
    for path in PAGES:
        page.emulate_media(color_scheme="light")
        presented(page, path_of(path, PAGES))
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            if path == "pages/gradients.py":  # the server colours its charts, for the theme at the run
                presented(page, path_of(path, PAGES))
            app_ready(page)
            assert len(page.evaluate(_READING)) > 20, path
            assert illegible(page) == [], (path, scheme)
        if path in _NO_PICTURE:
            continue
        for width, height in ((1024, 768), (1920, 1080)):
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_function(
                f"() => {{ const [, b, bar] = ({_PICTURE})(); return b <= bar + 1 }}", timeout=PATIENCE
            )
            top, bottom, _ = page.evaluate(_PICTURE)
            assert top >= 0, path
            assert bottom - top > height * 0.2, path
            assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), path
        assert illegible(page) == [], (path, "the window has moved to a larger screen")


def test_a_step_of_a_lesson_and_a_verdict_fit_the_screen(open_page: Callable[..., Page]) -> None:
    page = open_page(width=1920, height=1080)

    def fits() -> None:
        for width, height in _SCREENS:
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_function(f"() => ({_BELOW})() <= 1", timeout=PATIENCE)
            no_words_collide(page)
        for scheme in ("dark", "light"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            assert illegible(page) == [], (page.url, scheme)

    for step in _STEPS:
        presented(page, "/lessons", f"present=1&{step}")
        fits()
    page.keyboard.press("PageDown")
    page.wait_for_url("**step=zero**", timeout=PATIENCE)
    presented(page, "/quiz", "present=1&quiz=77&level=1&question=1")
    page.get_by_label("Your answer").fill("(4, 3)")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Next question")).to_be_visible(timeout=PATIENCE)
    app_ready(page)
    fits()
    page.keyboard.press("PageDown")
    page.wait_for_url("**question=2**", timeout=PATIENCE)


def no_words_collide(page: Page) -> None:
    assert remaining(page, _OVERLAPS) == [], page.url


def needs_no_scrolling(page: Page, screens: Sequence[tuple[int, int]] = _SCREENS) -> None:
    for width, height in screens:
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_function(_NO_SCROLLING, timeout=PATIENCE)
        no_words_collide(page)


def test_mistakes_and_gradients_go_screen_by_screen(open_page: Callable[..., Page]) -> None:
    page = open_page(width=1366, height=768)

    def fits() -> None:
        needs_no_scrolling(page)

    presented(page, "/pitfalls", "present=1&pitfall=future-linear")
    fits()
    expect(page.get_by_text("What to do")).to_be_hidden()
    page.keyboard.press("PageDown")
    expect(page.locator(".side.wrong .map")).to_be_visible()
    expect(page.locator(".side.wrong pre")).to_be_hidden()
    fits()
    page.keyboard.press("PageDown")
    expect(page.get_by_text("What to do")).to_be_visible()
    page.keyboard.press("PageDown")
    page.wait_for_function("() => !location.search.includes('future-linear')", timeout=PATIENCE)
    app_ready(page)
    fits()
    page.keyboard.press("PageUp")
    page.wait_for_function("() => location.search.includes('future-linear')", timeout=PATIENCE)
    expect(page.get_by_text("What to do")).to_be_visible()

    presented(page, "/gradients", "present=1&gT=20&gH=8")
    fits()
    for title in ("at each state", "gate by gate", "before, ● after"):
        page.keyboard.press("PageDown")
        expect(page.locator(".gtitle").last).to_contain_text(title, timeout=PATIENCE)
        app_ready(page)
    fits()
    page.wait_for_function("() => location.search.includes('gview=clipping')", timeout=PATIENCE)
    page.keyboard.press("PageUp")
    expect(page.locator(".gtitle").last).to_contain_text("gate by gate", timeout=PATIENCE)


def test_the_check_of_a_network_goes_screen_by_screen(open_page: Callable[..., Page]) -> None:
    page = open_page(width=1920, height=1080)

    def fits() -> None:
        needs_no_scrolling(page)
        for scheme in ("dark", "light"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            assert illegible(page) == [], (page.url, scheme)

    for sizes in ("B=8&T=12&L=2", "B=16&T=30&head=every_step", "B=1&T=5"):
        presented(page, "/pitfalls", f"present=1&mistakes=check&data=random&{sizes}")
        drawing = page.locator(".map svg")
        expect(drawing).to_be_visible(timeout=PATIENCE)
        app_ready(page)
        fits()
        assert page.evaluate(_MAP_FILLS), sizes
    presented(page, "/pitfalls", "present=1&mistakes=check&bi=1")
    finding = page.get_by_text("The reverse direction starts there")
    expect(finding).to_be_visible(timeout=PATIENCE)
    expect(drawing).to_have_count(0)
    fits()
    page.keyboard.press("PageDown")
    expect(drawing).to_be_visible(timeout=PATIENCE)
    expect(finding).to_have_count(0)
    expect(page.get_by_text("Checked: 4 positions")).to_be_visible()
    app_ready(page)
    fits()
    page.keyboard.press("PageUp")
    expect(finding).to_be_visible(timeout=PATIENCE)


_TABS = {
    "Over time": 2,
    "Weights": 1,
    "One at a time": 4,
    "What leaves": 2,
    "Initial state": 2,
    "By hand": 2,
    "Step by step": 1,
}
"""How many screens each tab of Inside the cell has."""


def test_every_tab_of_the_cell_goes_screen_by_screen(open_page: Callable[..., Page]) -> None:
    page = presented(open_page(width=1920, height=1080), "/cell", "present=1&B=16&T=24&H=32&L=2&bi=1")
    tabs = page.get_by_label("Page", exact=True)
    for number, (tab, count) in enumerate(_TABS.items()):
        page.emulate_media(color_scheme=("light", "dark")[number % 2])  # type: ignore[arg-type]
        tabs.select_option(tab)
        tabs.blur()
        app_ready(page)
        for place in range(count):
            if place:
                page.keyboard.press("PageDown")
            if count > 1:
                dots = page.locator("[class*=st-key-turn_] p", has_text="●").filter(visible=True)
                expect(dots).to_have_text(" ".join("●" if each == place else "○" for each in range(count)))
                app_ready(page)
            needs_no_scrolling(page, _TWO_SCREENS)
            assert illegible(page) == [], (tab, place)
    page.keyboard.press("PageDown")
    expect(page.get_by_text("t = 1 ·")).to_be_visible()


def test_a_tensor_and_the_unrolled_network_fit_the_screen(open_page: Callable[..., Page]) -> None:
    page = open_page(width=1920, height=1080)
    for entries in ("unrolled=1", "unrolled=1&L=2&bi=1", "tensor=output&L=2&bi=1"):
        presented(page, "/", f"present=1&{entries}")
        needs_no_scrolling(page, _TWO_SCREENS)
        assert illegible(page) == [], entries
    block = page.locator("[data-tensor=output]")
    expect(block).to_be_hidden()
    page.keyboard.press("PageUp")
    expect(block).to_be_visible(timeout=PATIENCE)
    expect(block).to_have_attribute("aria-pressed", "false")


def test_the_step_of_the_data_and_the_tables_of_a_run_fit_the_screen(open_page: Callable[..., Page]) -> None:
    page = open_page(width=1920, height=1080)
    presented(page, "/data")
    step = page.locator("[data-tensor=x_train]")
    step.click()
    expect(page.locator(".st-key-step code").first).to_be_visible(timeout=PATIENCE)
    expect(step).to_be_hidden()
    needs_no_scrolling(page, _TWO_SCREENS)
    page.keyboard.press("PageUp")
    expect(step).to_be_visible(timeout=PATIENCE)
    presented(page, "/training")
    page.get_by_role("button", name="▶ Train").click()
    expect(page.get_by_text("Done after 100 epochs")).to_be_visible(timeout=PATIENCE)
    worth = page.get_by_text("What it is worth")
    expect(worth).to_be_hidden()
    needs_no_scrolling(page, _TWO_SCREENS)
    page.keyboard.press("PageDown")
    expect(worth).to_be_visible()
    expect(page.get_by_text("Prediction of passengers")).to_be_hidden()
    needs_no_scrolling(page, _TWO_SCREENS)
    assert illegible(page) == []


def test_the_answers_to_a_message_go_one_by_one(open_page: Callable[..., Page]) -> None:
    page = presented(open_page(width=1366, height=768), "/pitfalls", "present=1&mistakes=explain")
    page.get_by_role("button", name="Expected hidden[0] size").click()
    title, fix = page.get_by_text("made for another batch size than"), page.get_by_text("as large as this batch")
    expect(title).to_be_visible(timeout=PATIENCE)
    expect(fix).to_be_hidden()
    needs_no_scrolling(page, _TWO_SCREENS)
    page.keyboard.press("PageDown")
    expect(fix).to_be_visible()
    needs_no_scrolling(page)
    assert illegible(page) == []
    page.keyboard.press("PageUp")
    expect(page.get_by_label("What PyTorch says")).to_be_visible()


def test_what_scrolls_sideways_fades_into_the_paper(open_page: Callable[..., Page]) -> None:
    page = open_page()
    presented(page, "/cell", "present=1&tab=one-at-a-time")
    wide = page.locator(".lv-wide").first
    expect(wide).to_be_visible(timeout=PATIENCE)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        paper = page.locator(".stApp").evaluate("(app) => getComputedStyle(app).backgroundColor")
        expect(wide).to_have_css("background-image", re.compile(re.escape(f"linear-gradient(90deg, {paper} 40%")))


def test_keys_present_and_step_and_leave(page: Page) -> None:
    page.goto("/cell?T=6")
    app_ready(page)
    page.keyboard.press("PageDown")  # the browser's own, while nothing is presented
    expect(page.get_by_text("t = 0")).to_be_visible()
    page.get_by_label("B, batch size", exact=True).focus()
    page.keyboard.press("p")  # typed
    page.mouse.click(1000, 20)
    app_ready(page)
    assert "present" not in page.url
    page.keyboard.press("p")
    expect(page.get_by_role("button", name="Leave the presentation")).to_be_visible(timeout=PATIENCE)
    app_ready(page)
    assert parse_qs(urlsplit(page.url).query) == {"T": ["6"], "present": ["1"]}
    for key, step in (("PageDown", 1), ("ArrowRight", 2), ("PageUp", 1)):
        page.keyboard.press(key)
        expect(page.get_by_text(f"t = {step}")).to_be_visible()
    page.get_by_label("T, sequence length").press("ArrowUp")
    page.wait_for_function("() => location.search.includes('T=7')", timeout=PATIENCE)
    page.get_by_role("button", name="hidden size: one more").click()
    page.wait_for_function("() => location.search.includes('H=6')", timeout=PATIENCE)
    app_ready(page)
    page.get_by_label("Page", exact=True).select_option("Shapes")
    page.wait_for_url(re.compile(r"/(shapes)?\?"), timeout=PATIENCE)
    app_ready(page)
    assert parse_qs(urlsplit(page.url).query)["present"] == ["1"]
    page.get_by_label("Page", exact=True).blur()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Present this page")).to_be_visible(timeout=PATIENCE)
    app_ready(page)
    assert "present" not in page.url
    assert "T=7" in page.url


def test_the_room_follows_until_it_does_not(open_page: Callable[..., Page]) -> None:
    presenter = presented(open_page(width=1366), "/", "present=1&T=24")
    presenter.get_by_role("button", name="Take the room along").click()
    presenter.get_by_role("switch", name="Let the room follow").check(timeout=PATIENCE)
    expect(presenter.get_by_text("follow your page")).to_be_visible(timeout=PATIENCE)
    expect(presenter.get_by_text("make run HOST=0.0.0.0")).to_be_visible()
    link = presenter.locator(".panel .link").get_attribute("href") or ""
    presenter.get_by_role("button", name="Close").click()
    follower = open_page(width=390, height=844, has_touch=True, is_mobile=True)
    follower.goto(urlsplit(link).path)
    app_ready(follower)
    code = link.rsplit("/", 1)[1]
    expect(follower.get_by_text(f"Following {code}")).to_be_visible()
    assert parse_qs(urlsplit(follower.url).query) == {"T": ["24"], "follow": [code]}

    presenter.get_by_label("T, sequence length").fill("9")
    follower.wait_for_function("() => location.search.includes('T=9&')", timeout=PATIENCE)
    presenter.locator('[data-tensor="h_n"]').click()
    said = follower.get_by_text("The hidden state after the last step of every layer.")
    expect(said).to_be_visible(timeout=PATIENCE)
    presenter.get_by_role("button", name="The whole picture").click()
    expect(said).to_have_count(0, timeout=PATIENCE)
    presenter.get_by_label("Page", exact=True).select_option("Inside the cell")
    follower.wait_for_url("**/cell?**", timeout=PATIENCE)
    app_ready(presenter)
    presenter.keyboard.press("PageDown")
    expect(follower.get_by_text("t = 1")).to_be_visible(timeout=PATIENCE)

    posted = follower.evaluate(
        """([code]) => fetch(`/room/${code}`, { method: "POST", body: JSON.stringify({ page: "/", query: "?T=3" }) })
        .then((answer) => answer.json())""",
        [code],
    )
    assert "Only who opened the room" in posted["refused"]
    assert follower.evaluate("() => sessionStorage.getItem('lstm-room')") is None

    presenter.get_by_label("Page", exact=True).select_option("Lessons")
    presenter.wait_for_url("**/lessons?**", timeout=PATIENCE)
    app_ready(presenter)
    presenter.get_by_role("link", name="Airline passengers").click()
    follower.wait_for_function("() => location.search.includes('step=months')", timeout=PATIENCE)
    app_ready(follower)
    follower.get_by_role("button", name="Next ›").click()  # the banner stands above it
    follower.wait_for_function("() => location.search.includes('step=label')", timeout=PATIENCE)
    expect(follower.get_by_text("no longer follows")).to_be_visible(timeout=PATIENCE)
    app_ready(follower)
    assert "follow" not in follower.url

    presenter.reload()  # a new session, the same room
    app_ready(presenter)
    expect(presenter.get_by_text(code)).to_be_visible(timeout=PATIENCE)
    follower.get_by_role("button", name="Take the room along").click()
    follower.get_by_label("Follow a room with its code").fill(code.lower())
    follower.get_by_role("button", name="Follow", exact=True).click()
    expect(follower.get_by_text(f"Following {code}")).to_be_visible(timeout=PATIENCE)
    app_ready(follower)
    presenter.goto("/cell?T=9&tab=weights")
    followed = follower.get_by_role("tab", name="Weights")
    expect(followed).to_have_attribute("aria-selected", "true", timeout=PATIENCE)
    presenter.get_by_role("button", name="Take the room along").click()
    presenter.get_by_role("button", name="End the room").click()
    expect(follower.get_by_text("is over: the presenter has stopped or left")).to_be_visible(timeout=PATIENCE)
    app_ready(follower)
    assert parse_qs(urlsplit(follower.url).query)["T"] == ["9"]


def test_a_follower_of_the_quiz_answers_and_then_presents(open_page: Callable[..., Page]) -> None:
    presenter = presented(open_page(), "/quiz", "present=1&quiz=4711&level=1&question=2")
    presenter.get_by_role("button", name="Take the room along").click()
    presenter.get_by_role("switch", name="Let the room follow").check(timeout=PATIENCE)
    expect(presenter.get_by_text("follow your page")).to_be_visible(timeout=PATIENCE)
    link = presenter.locator(".panel .link").get_attribute("href") or ""
    presenter.get_by_role("button", name="Close").click()
    follower = open_page()
    follower.goto(urlsplit(link).path)
    app_ready(follower)
    follower.get_by_label("Your answer").fill("what")
    follower.keyboard.press("Enter")
    expect(follower.get_by_role("alert")).to_contain_text("is no size here", timeout=PATIENCE)
    presenter.locator(".dots button").first.click()
    expect(follower.locator(".where")).to_contain_text("Question 1 ·", timeout=PATIENCE)
    expect(follower.locator(".problem")).to_be_hidden()  # it was of another question
    app_ready(follower)
    follower.keyboard.press("1")
    expect(follower.locator(".score")).to_have_text("1 of 1 right", timeout=PATIENCE)
    follower.keyboard.press("p")
    expect(follower.get_by_role("button", name="Leave the presentation")).to_be_visible(timeout=PATIENCE)
    app_ready(follower)
    follower.get_by_role("button", name="Take the room along").click()
    follower.get_by_role("button", name="Open a room of your own").click()
    own = follower.locator(".panel .link")
    expect(own).to_be_visible(timeout=PATIENCE)
    assert own.get_attribute("href") != link
    app_ready(follower)
    assert "follow" not in follower.url
    presenter.locator(".dots button").nth(4).click()
    presenter.wait_for_url("**question=5**", timeout=PATIENCE)
    app_ready(presenter)
    assert "question=1" in follower.url
    expect(follower.locator(".score")).to_have_text("1 of 1 right")


def test_a_thumb_finds_the_main_controls(open_page: Callable[..., Page]) -> None:
    page = open_page(width=390, height=844, has_touch=True, is_mobile=True)
    for path, query in (("/", ""), ("/cell", ""), ("/", "?present=1")):
        page.goto(path + query)
        app_ready(page)
        assert page.evaluate(_SMALL, TOUCH) == [], path
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    page.goto("/")
    app_ready(page)
    page.get_by_test_id("stExpandSidebarButton").click()
    expect(page.get_by_label("B, batch size", exact=True)).to_be_in_viewport()
    app_ready(page)
    assert page.evaluate(_SMALL, TOUCH) == []
