"""What a browser shows until the page's scripts have come: a skeleton of the page instead of nothing.

Streamlit's HTML is empty until a megabyte of scripts is there. The skeleton is put into it as it is sent, covers the
page while its parts arrive, and is taken away when the first script run has ended and nothing moves any more.
"""

from __future__ import annotations

import html
import re
from functools import cache
from pathlib import Path

from cnnviz.figures import theme

SKELETON = Path(__file__).with_name("skeleton.html")

PAGES = Path(__file__).parents[4] / "pages"

FIRST_PAGE = "Draw"

STILL_MS = 300
"""Milliseconds for which nothing may have moved before the page is shown."""

PATIENCE_MS = 10_000
"""Milliseconds after the first element until a page that is not whole yet is shown all the same."""

FONT_PRELOAD = re.compile(rb"<link\s+rel=\"preload\"[^>]*?as=\"font\"[^>]*>")
"""Streamlit's request for 170 kB of a font before all else; the theme's fonts are those of the system."""

NAME = b"<title>Streamlit</title>"

ROOT = b'<div id="root"></div>'


def add_skeleton(page: bytes, path: str) -> bytes:
    """Return Streamlit's HTML with the skeleton and name of the page at `path`, and without a font that comes first.

    HTML of another form, as a later version of Streamlit may have, is returned with what fits of these.
    """
    title = find_title(path)
    page = FONT_PRELOAD.sub(b"", page)
    page = page.replace(NAME, f"<title>{html.escape(title)} · cnnviz</title>".encode(), 1)
    return page.replace(ROOT, ROOT + _fill_skeleton(title), 1)


def find_title(path: str) -> str:
    """Return the title of the page at a path of the server, the first page's for any that is not known."""
    name = path.rstrip("/").rpartition("/")[2]
    return name if name in _titles() else FIRST_PAGE


@cache
def _titles() -> frozenset[str]:
    return frozenset(re.sub(r"^\d+[_ -]*", "", each.stem) for each in PAGES.glob("*.py"))


@cache
def _fill_skeleton(title: str) -> bytes:
    values = {
        "kind": "first" if title == FIRST_PAGE else "inside",
        "title": html.escape(title),
        "font": theme.font(),
        "paper": ", ".join(theme.pair("backgroundColor")),
        "ink": ", ".join(theme.pair("textColor")),
        "still": str(STILL_MS),
        "patience": str(PATIENCE_MS),
    }
    text = SKELETON.read_text(encoding="utf-8").strip()
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text.encode()
