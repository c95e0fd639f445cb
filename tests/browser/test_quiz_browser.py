"""The quiz in a browser: type, Enter, Next; keys; and a link that gives a second browser the same ten."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, expect

from lstm_viz.quiz.asking import question
from lstm_viz.quiz.settling import settle
from tests.support.browsing import app_ready

SEED, LEVEL = 4711, 2
LONG = 30_000
_WIDTHS = "() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]"


def at(page: Page, number: int) -> None:
    expect(page.locator(".where")).to_contain_text(f"Question {number} ·", timeout=LONG)
    app_ready(page)


def answer(page: Page, number: int) -> None:
    """Answer a question rightly, by keys alone."""
    asked = question(SEED, LEVEL, number)
    truth = settle(asked).truth
    if asked.choices:
        page.keyboard.press(str(truth[0] + 1))
    else:
        field = page.get_by_role("textbox", name="Your answer")
        expect(field).to_be_focused(timeout=LONG)
        page.keyboard.type(" x ".join(map(str, truth)) if asked.settles == "shape" else str(truth[0]))
        page.keyboard.press("Enter")
    expect(page.locator(".verdict .next")).to_be_focused(timeout=LONG)
    expect(page.locator(".verdict .title")).to_contain_text("Right.")


def opened(page: Page, number: int) -> Page:
    page.goto(f"/quiz?quiz={SEED}&level={LEVEL}&question={number}")
    page.locator(".words").wait_for(timeout=LONG)
    at(page, number)
    return page


def test_ten_questions_by_keys_and_a_link_for_the_room(open_page: Callable[..., Page]) -> None:
    page = opened(open_page(), 1)
    for number in range(1, 11):
        at(page, number)
        answer(page, number)
        page.keyboard.press("Enter")
    expect(page.locator(".card h2")).to_have_text("10 of 10 right", timeout=LONG)
    expect(page.locator(".score")).to_have_text("10 of 10 right · 10 in a row")
    page.get_by_role("button", name="Copy result").click()
    assert page.evaluate("navigator.clipboard.readText()") == f"10 of 10 · level {LEVEL} · room {SEED}"
    page.get_by_role("button", name="Copy link").click()
    link = page.evaluate("navigator.clipboard.readText()")
    page.keyboard.press("Escape")
    other = open_page(width=390, height=844, color_scheme="dark")
    other.goto(link)
    other.locator(".words").wait_for(timeout=LONG)
    for number in (1, 2, 3):
        at(other, number)
        asked = question(SEED, LEVEL, number)
        expect(other.locator(".code")).to_have_text(asked.code)
        expect(other.locator(".words")).to_have_text(asked.words.replace("`", ""))
        other.locator(".dots button").nth(number).click()
    scrolled, shown = other.evaluate(_WIDTHS)
    assert scrolled <= shown


def test_what_cannot_be_read_stays_and_a_missed_question_opens_its_network(page: Page) -> None:
    number = next(n for n in range(1, 30) if question(SEED, LEVEL, n).kind == "output")
    asked = question(SEED, LEVEL, number)
    opened(page, number)
    field = page.get_by_role("textbox", name="Your answer")
    field.fill("four by what")
    field.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("is no size here", timeout=LONG)
    expect(field).to_have_value("four by what")
    field.fill("(7, 7)")
    field.press("Enter")
    expect(page.locator(".verdict .title")).to_contain_text("Not (7, 7). It is", timeout=LONG)
    expect(page.locator(".verdict .run")).to_contain_text(f"torch.Size({list(asked.named)})")
    assert page.locator(".verdict .block").count() == 2
    app_ready(page)
    for width, height in ((1920, 1080), (1366, 768), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        scrolled, shown = page.evaluate(_WIDTHS)
        assert scrolled <= shown
    page.reload()
    at(page, number)
    expect(page.locator(".score")).to_have_text("0 of 1 right", timeout=LONG)
    expect(page.locator(".verdict .title")).to_contain_text("Not (7, 7). It is")
    page.get_by_role("button", name="Start anew").click()
    expect(page.locator(".score")).to_have_text("0 of 1 right")  # a click by mistake forgets nothing
    page.get_by_role("button", name="Forget all answers?").click()
    expect(page.locator(".score")).to_be_hidden(timeout=LONG)
    page.reload()
    at(page, (number - 1) // 10 * 10 + 1)
    expect(page.locator(".score")).to_be_hidden()
    opened(page, number)
    field = page.get_by_role("textbox", name="Your answer")
    field.fill("1, 1")
    field.press("Enter")
    page.get_by_role("button", name=asked.topic).click()
    page.wait_for_url(lambda url: "quiz" not in urlsplit(url).path, timeout=LONG)
    page.locator(".picture svg").first.wait_for(timeout=LONG)
    app_ready(page)
    found = parse_qs(urlsplit(page.url).query)
    assert found["H"] == [str(asked.size_of["H"])]
    assert "quiz" not in found
