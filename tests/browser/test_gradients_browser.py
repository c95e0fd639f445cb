"""The Gradients page in a browser: a slider that changes the lines, presets, themes, and two networks that train."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from lstm_viz.drawing.palette import DARK, LIGHT
from tests.support.browsing import app_ready

SIZES = [(390, 844), (1366, 768)]
_LINES = """() => [...document.querySelectorAll(".js-plotly-plot")].map(
  (plot) => plot.data.map((line) => [line.name, line.line?.color, line.y.filter((value) => value !== null).length]))"""
_FITS = """() => {
  const cutOff = [...document.querySelectorAll(".js-plotly-plot")].some((plot) => {
    const box = plot.getBoundingClientRect()
    return [...plot.querySelectorAll("text")].some((text) => {
      const own = text.getBoundingClientRect()
      return own.width && (own.left < box.left - 1 || own.right > box.right + 1)
    })
  })
  return !cutOff && document.documentElement.scrollWidth <= document.documentElement.clientWidth
}"""


def opened(page: Page, query: str = "") -> Page:
    page.goto(f"/gradients{query}")
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    app_ready(page)
    return page


def test_a_slider_changes_the_lines_and_the_link(page: Page) -> None:
    opened(page, "?gT=20&gH=8")
    expect(page.get_by_text("back to step 0").first).to_contain_text("From step 19")
    page.get_by_label("forget-gate bias, LSTM").fill("6")
    expect(page.get_by_text("On the way through c").first).to_contain_text("σ(6) = 0.998")
    app_ready(page)
    assert parse_qs(urlsplit(page.url).query)["gfb"] == ["6"]


def test_presets_open_their_picture_and_tabs_are_in_the_link(page: Page) -> None:
    opened(page, "?gT=20")
    page.locator("#select-preset").select_option("Clipping")
    expect(page.get_by_text("Norm of all gradients")).to_be_visible()
    expect(page.get_by_text("without clipping").first).to_be_visible()
    app_ready(page)
    assert parse_qs(urlsplit(page.url).query)["gview"] == ["clipping"]
    page.get_by_role("tab", name="Through time").click()
    expect(page.get_by_text("explodes").first).to_be_visible()
    app_ready(page)
    assert "gview" not in parse_qs(urlsplit(page.url).query)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_colours_are_those_of_the_theme_and_no_word_is_cut_off(open_page: Callable[..., Page], scheme: str) -> None:
    palette = LIGHT if scheme == "light" else DARK
    page = open_page(color_scheme=scheme)
    for query in ("?gT=200&gfb=5", "?gT=60&gscale=2&gstart=orthogonal&gview=clipping", "?gview=learning"):
        opened(page, query)
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            app_ready(page)
            page.wait_for_function(_FITS)  # Plotly follows a new width a moment later
        if "gview" not in query:
            lines = {name: shown for name, shown, _ in page.evaluate(_LINES)[0]}
            assert lines == {"RNN": palette["O"], "GRU": palette["F"], "LSTM": palette["T"]}


def test_two_networks_train_and_their_curves_grow(page: Page) -> None:
    opened(page, "?gT=10&gH=8&gfb=1&gview=learning")
    page.get_by_role("button", name="Train RNN and LSTM").click()
    expect(page.get_by_text(re.compile(r"After \d+ epochs? the LSTM"))).to_be_visible(timeout=60_000)
    grown = "() => document.querySelector('.js-plotly-plot').data.find((line) => line.name === 'LSTM')?.y.length >= {}"
    page.wait_for_function(grown.format(1), timeout=60_000)
    page.wait_for_function(grown.format(4), timeout=60_000)
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="Train RNN and LSTM")).to_be_enabled(timeout=20_000)
    app_ready(page)
    assert {name for name, _, count in page.evaluate(_LINES)[0] if count} <= {"RNN", "LSTM"}
