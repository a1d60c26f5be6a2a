"""Runs axe-core over a page: the rules of WCAG 2, levels A and AA, and of best practice.

axe-core is one of the Node packages of `package.json`; `make` installs them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

SCRIPT = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

OF_STREAMLIT = {
    "scrollable-region-focusable": "stPopoverBody",  # Chromium and Firefox let the keyboard scroll it all the same
    "presentation-role-conflict": "stFileUploaderDropzone",  # the button in it is what is used
}
"""Rule -> the element of Streamlit's own, which neither Python nor a style sheet can change, that breaks it."""


def violations(page: Page) -> list[str]:
    """Return what axe finds: rule, impact, and the elements with their texts cut short."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(SCRIPT.read_text(encoding="utf-8"))
    found: dict[str, Any] = page.evaluate(
        "tags => axe.run(document, { runOnly: tags, resultTypes: ['violations'] })", TAGS
    )
    return [
        f"{rule['id']} ({rule['impact']}): {node['target']} {node['html'][:160]}"
        for rule in found["violations"]
        for node in rule["nodes"]
        if f'data-testid="{OF_STREAMLIT.get(rule["id"])}"' not in node["html"]
    ]
