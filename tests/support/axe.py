"""axe-core over a page as it stands, its open shadow roots included; what it finds, a line each."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

_WEIGHTY = {"moderate", "serious", "critical"}
_RUN = """async (rules) => {
  const only = rules.length ? { runOnly: { type: "rule", values: rules } } : {}
  return (await axe.run(document, { resultTypes: ["violations"], ...only })).violations
}"""


def axe_into(page: Page) -> Page:
    """Put axe-core into whatever ``page`` opens. Its context must bypass our Content-Security-Policy."""
    page.add_init_script((files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8"))
    return page


def findings(page: Page, *rules: str, excluded: Mapping[str, str]) -> list[str]:
    """What is moderate or worse by the rules, all without any; ``excluded`` is selector → the rule it may break."""
    found: list[dict[str, Any]] = page.evaluate(_RUN, list(rules))
    return [
        f"{rule['impact']}, {rule['id']}: {node['target']} {node['html'][:200]} {node['failureSummary']}"
        for rule in found
        if rule["impact"] in _WEIGHTY
        for node in rule["nodes"]
        if not _allowed(page, rule["id"], node, excluded)
    ]


def _allowed(page: Page, rule: str, node: Mapping[str, Any], excluded: Mapping[str, str]) -> bool:
    target = node["target"][0]
    if len(node["target"]) > 1 or not isinstance(target, str):
        return False  # in a frame or in a component: our own
    is_one = "(found, selector) => found.matches(selector)"
    return any(
        name == rule and page.locator(target).first.evaluate(is_one, selector) for selector, name in excluded.items()
    )
