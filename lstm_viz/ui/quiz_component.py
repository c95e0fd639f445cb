"""The quiz in the browser: it takes keys and answers, and shows what Python says of them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from lstm_viz.ui.components import component
from lstm_viz.ui.told import told

_BAR = """
<div class="bar">
  <div class="levels" role="group" aria-label="Level"></div>
  <nav class="dots" aria-label="The ten questions"></nav>
  <div class="sum"><p class="score"></p><button class="anew" type="button">Start anew</button></div>
</div>"""
_ASK = """
<section class="ask" aria-label="Question">
  <p class="where"></p>
  <h2 class="words" tabindex="-1"></h2>
  <pre class="code" tabindex="0" aria-label="The code"></pre>
  <div class="choices" role="group" aria-label="Choose one"></div>
  <form class="typed" autocomplete="off">
    <input type="text" aria-label="Your answer" aria-describedby="quiz-hint" spellcheck="false"
      autocapitalize="off" maxlength="200">
    <button type="submit">Answer</button>
  </form>
  <p class="problem" role="alert"></p>
  <p class="hint" id="quiz-hint"></p>
</section>"""
_VERDICT = """
<section class="verdict" aria-label="What PyTorch says" hidden>
  <p class="title" role="status"></p>
  <div class="blocks"></div>
  <p class="said"></p>
  <pre class="run" tabindex="0" aria-label="The run"></pre>
  <div class="after">
    <button class="next" type="button"></button>
    <button class="shapes" type="button">See it on the Shapes page</button>
    <button class="copy-code" type="button">Copy code</button>
  </div>
</section>"""
_CARD = """
<section class="card" aria-label="Result" hidden>
  <h2 tabindex="-1"></h2>
  <p class="result"></p>
  <div class="after">
    <button class="next" type="button"></button>
    <button class="copy-card" type="button">Copy result</button>
  </div>
</section>"""
_ASIDE = """
<aside>
  <section class="room">
    <h3>Ten for the room</h3>
    <p class="roomsays"></p>
    <div class="after">
      <button class="copy-link" type="button">Copy link</button>
      <button class="new" type="button">New ten</button>
    </div>
  </section>
  <section class="spots"><h3>Weak spots</h3><ul></ul></section>
</aside>"""
_QUIZ = component("quiz", f'<div class="quiz">{_BAR}<div class="body">{_ASK}{_VERDICT}{_CARD}{_ASIDE}</div></div>')


def quiz_component(data: Mapping[str, Any], *, key: str) -> None:
    """Show a question; what the person wants next is found by ``wanted(key)``."""
    # never the same twice: see pitfall_component
    _QUIZ(
        key=key,
        data={**data, "sent": time.monotonic_ns()},
        default={"asked": {}, "kept": {}},
        on_asked_change=lambda: None,
        on_kept_change=lambda: None,
    )


def wanted(key: str) -> dict[str, Any]:
    """What the person last did: ``act``, ``value``, ``at`` what time, and at which question, ``key``."""
    return told(key, "asked")


def kept_answers(key: str) -> object:
    """What the browser has kept of the answers from before a reload."""
    return told(key, "kept").get("answers")
