"""Known vulnerabilities in what is installed, by pip-audit: python -m tests.audit.

It fails on each that is found. Where the vulnerability service does not answer, or knows no package, it says so in one
line and fails nothing: work without a network goes on, and CI with one is told.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ACCEPTED: Mapping[str, str] = {}
"""Vulnerability's id → why it does no harm here."""
_SECONDS = 240
_NO_NETWORK = re.compile(r"connect|timed? ?out|resolve|unreachable|proxy|service unavailable", re.IGNORECASE)


def main(program: str | None = None) -> int:
    """Run pip-audit on this environment; returns the exit status. ``program`` stands in for it."""
    found = program or shutil.which("pip-audit", path=str(Path(sys.executable).parent)) or "pip-audit"
    command = [found, "--local", "--format", "json", "--progress-spinner", "off", "--timeout", "10", "--desc", "off"]
    try:
        ran = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)
        packages: list[dict[str, Any]] = json.loads(ran.stdout)["dependencies"]
    except subprocess.TimeoutExpired:
        packages = []
    except (ValueError, KeyError):
        if not _NO_NETWORK.search(ran.stderr):
            print(f"pip-audit failed:\n{ran.stderr.strip() or 'it said nothing'}")
            return 1
        packages = []
    status, sentence = judge(packages)
    print(sentence)
    return status


def judge(packages: list[dict[str, Any]]) -> tuple[int, str]:
    """What pip-audit's list of packages means: the exit status and a sentence.

    >>> judge([{"name": "torch", "version": "2", "vulns": []}])
    (0, 'pip-audit: 1 packages, no known vulnerability.')
    >>> judge([{"name": "torch", "skip_reason": "not found"}])[0]
    0
    """
    bad = [
        f"{package['name']} {package['version']}: {vulnerability['id']}, mended in {_mended(vulnerability)}"
        for package in packages
        for vulnerability in package.get("vulns", ())
        if not {vulnerability["id"], *vulnerability.get("aliases", ())} & ACCEPTED.keys()
    ]
    if bad:
        return 1, "\n".join(["pip-audit found vulnerabilities:", *bad])
    checked = [package for package in packages if "skip_reason" not in package]
    if not checked:
        return 0, "pip-audit: not checked, its vulnerability service does not answer here."
    skipped = [package["name"] for package in packages if "skip_reason" in package]
    unknown = f" Not known there: {', '.join(skipped)}." if skipped else ""
    return 0, f"pip-audit: {len(checked)} packages, no known vulnerability.{unknown}"


def _mended(vulnerability: Mapping[str, Any]) -> str:
    return ", ".join(vulnerability.get("fix_versions", ())) or "no version yet"


if __name__ == "__main__":
    sys.exit(main())
