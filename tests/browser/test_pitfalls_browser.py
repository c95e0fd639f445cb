"""The Mistakes page in a browser: finding by what was pasted, sizes that follow, links, and the doctor."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from lstm_viz.pitfalls import CATALOGUE, nearest, run
from tests.support.browsing import app_ready

LONGEST = 6
"""Several mistakes share a message: the right one is among so many."""
_FIND = """(texts) => {
  const roots = [...document.querySelectorAll("*")].map((each) => each.shadowRoot)
  const root = roots.find((each) => each?.querySelector(".find"))
  const field = root.querySelector(".find")
  return texts.map((text) => {
    field.value = text
    field.dispatchEvent(new Event("input"))
    return [...root.querySelectorAll(".list button")].map((each) => each.dataset.key)
  })
}"""
_WIDTHS = """() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]"""


@pytest.fixture
def mistakes(page: Page) -> Callable[[str], Page]:
    """Open the Mistakes page with a query."""

    def go(query: str = "") -> Page:
        page.goto(f"/pitfalls{query}")
        page.locator(".detail h2").wait_for()
        app_ready(page)
        return page

    return go


def keys(page: Page) -> list[str]:
    found: list[str] = page.locator(".list button").evaluate_all("all => all.map((each) => each.dataset.key)")
    return found


def query_of(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def test_each_message_finds_its_mistake_whatever_its_numbers_are(mistakes: Callable[[str], Page]) -> None:
    page = mistakes("")
    before = 'Traceback (most recent call last):\n  File "train.py", line 42, in <module>\n    output, _ = model(x)\n'
    pasted = []
    for pitfall in CATALOGUE:
        if pitfall.kind != "silent":
            outcome = run(pitfall, nearest(pitfall, dict.fromkeys("BTFHLPVEO", 17) | {"T": 23, "H": 41}))
            message = outcome.wrong.raised or outcome.wrong.warned[0]
            pasted += [(pitfall.key, message), (pitfall.key, before + message)]
    found = page.evaluate(_FIND, [text for _, text in pasted])
    assert [wanted for wanted, listed in zip(pasted, found, strict=True) if wanted[0] not in listed[:LONGEST]] == []


def test_typing_filters_at_once_and_kinds_too(mistakes: Callable[[str], Page]) -> None:
    page = mistakes("")
    assert len(keys(page)) == len(CATALOGUE)
    page.locator("textarea.find").fill("softmax")
    assert keys(page) == ["softmax-before-cross-entropy"]
    page.get_by_role("button", name="Clear").click()
    page.locator(".kinds").get_by_role("button", name="warning").click()
    assert set(keys(page)) == {pitfall.key for pitfall in CATALOGUE if pitfall.kind == "warning"}
    page.locator("textarea.find").fill("zzz nothing of the kind zzz")
    expect(page.locator(".list .none")).to_be_visible()


def test_choosing_shows_it_and_is_in_the_address_and_going_back_goes_back(mistakes: Callable[[str], Page]) -> None:
    page = mistakes("")
    page.locator('button[data-key="mse-broadcast"]').click()
    expect(page.locator(".detail h2")).to_contain_text("MSE warns")
    app_ready(page)
    assert query_of(page)["pitfall"] == ["mse-broadcast"]
    page.wait_for_timeout(1300)
    page.locator('button[data-key="input-size"]').click()
    expect(page.locator(".detail h2")).to_contain_text("input.size(-1)")
    app_ready(page)
    page.go_back()
    expect(page.locator(".detail h2")).to_contain_text("MSE warns")


def test_sizes_run_it_again(mistakes: Callable[[str], Page]) -> None:
    page = mistakes("?pitfall=hidden-state-last-batch")
    expect(page.locator(".said.raised")).to_contain_text("got [1, 64, 16]")
    page.get_by_label("batch, 2 to 64", exact=True).fill("50")
    expect(page.locator(".said.raised")).to_contain_text("got [1, 50, 16]")
    app_ready(page)
    assert query_of(page)["sizes"] == ["B-50"]
    page.get_by_label("batch, 2 to 64", exact=True).fill("3")
    expect(page.locator(".problem")).to_contain_text("B2: expected a number less than B = 3")
    page.get_by_role("button", name="Reset").click()
    expect(page.locator(".said.raised")).to_contain_text("got [1, 64, 16]")


def test_the_sizes_of_the_network_can_be_taken(mistakes: Callable[[str], Page]) -> None:
    page = mistakes("?pitfall=input-4d&H=9&T=7&B=3")
    page.get_by_role("button", name="As in my network").click()
    expect(page.locator(".side.right .shapes")).to_contain_text("output (3, 7, 9)")


def test_code_and_link_are_copied(mistakes: Callable[[str], Page]) -> None:
    page = mistakes("?pitfall=batch-first-forgotten")
    page.locator(".side.right").get_by_role("button", name="Copy code").click()
    expect(page.locator(".side.right .copy")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("import torch\nfrom torch import nn\n")
    assert "batch_first=True" in copied
    page.get_by_role("button", name="Copy link").click()
    assert page.evaluate("navigator.clipboard.readText()").endswith("/pitfalls?pitfall=batch-first-forgotten")


def test_the_doctor_answers_what_is_pasted_and_leads_to_the_mistake(mistakes: Callable[[str], Page]) -> None:
    page = mistakes("")
    page.get_by_role("tab", name="Explain a message").click()
    page.locator("textarea.message").fill("RuntimeError: Expected hidden[0] size (2, 4, 128), got [2, 64, 128]")
    first = page.locator(".answer.first")
    expect(first).to_contain_text("64")
    first.get_by_role("button", name=re.compile("See it run")).click()
    expect(page.locator(".detail h2")).to_contain_text("last, smaller batch")
    app_ready(page)
    assert query_of(page)["pitfall"] == ["hidden-state-last-batch"]


def test_nothing_pasted_becomes_part_of_the_page(mistakes: Callable[[str], Page]) -> None:
    page = mistakes("")
    page.get_by_role("tab", name="Explain a message").click()
    page.locator("textarea.message").fill("<img src=x onerror=\"document.title='hit'\"> is out of bounds")
    page.locator(".answer").first.wait_for()
    app_ready(page)
    assert page.locator(".answers img").count() == 0
    assert "hit" not in page.title()


def test_the_check_shows_the_map_of_the_network(mistakes: Callable[[str], Page]) -> None:
    page = mistakes("?bi=1")
    page.get_by_role("tab", name="Check my network").click()
    page.locator(".st-key-check svg.lv").wait_for()
    app_ready(page)
    page.get_by_role("button", name=re.compile("See it run: The reverse half")).click()
    expect(page.locator(".detail h2")).to_contain_text("The reverse half")


def test_on_a_phone_the_list_comes_first_and_nothing_is_cut_off(open_page: Callable[..., Page]) -> None:
    page = open_page(width=390, height=844)
    page.goto("/pitfalls")
    page.locator(".list button").first.wait_for()
    app_ready(page)
    expect(page.locator(".detail")).to_be_hidden()
    page.locator('button[data-key="batch-first-forgotten"]').click()
    expect(page.locator(".detail h2")).to_be_visible()
    expect(page.locator(".list")).to_be_hidden()
    app_ready(page)
    scrolled, shown = page.evaluate(_WIDTHS)
    assert scrolled <= shown
    page.get_by_role("button", name="All mistakes").click()
    expect(page.locator(".list")).to_be_visible()
