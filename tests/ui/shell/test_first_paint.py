"""The skeleton that a browser shows until the page's scripts have come."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit import file_util

from cnnviz.ui.shell import first_paint
from tests.server_process import ROOT

STREAMLIT = Path(file_util.get_static_dir(), "index.html").read_bytes()
"""The page of the installed Streamlit: what is looked for must be in it."""


def test_page_of_this_streamlit_gets_skeleton_and_name_and_asks_for_no_font_before_all_else() -> None:
    page = first_paint.add_skeleton(STREAMLIT, "/").decode()
    assert '<div id="root"></div><div id="skeleton" class="first"' in page
    assert "<title>Draw · cnnviz</title>" in page
    assert 'as="font"' not in page
    assert b'as="font"' in STREAMLIT
    assert page.count("modulepreload") == STREAMLIT.decode().count("modulepreload") > 10
    assert page.endswith(STREAMLIT.decode()[-20:])


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("/", "Draw"),
        ("/Layers", "Layers"),
        ("/digits/Train/", "Train"),
        ("/<script>", "Draw"),
        ("/nothing", "Draw"),
    ],
)
def test_skeleton_has_the_title_of_the_page(path: str, title: str) -> None:
    assert first_paint.find_title(path) == title
    page = first_paint.add_skeleton(STREAMLIT, path).decode()
    assert f'content: "{title}"' in page
    assert f"<title>{title} · cnnviz</title>" in page
    assert "<script>" not in page.partition("<title>")[2].partition("</title>")[0]


def test_every_page_has_its_skeleton() -> None:
    titles = {first_paint.find_title(f"/{path.stem}") for path in (ROOT / "pages").glob("*.py")}
    assert len(titles) == len(list((ROOT / "pages").glob("*.py")))


def test_skeleton_has_the_colours_and_the_font_of_the_theme() -> None:
    page = first_paint.add_skeleton(STREAMLIT, "/").decode()
    assert "background: light-dark(#ffffff, #10171c)" in page
    assert "font: 400 1rem/1.5 system-ui, " in page
    skeleton = page.partition('<div id="skeleton"')[2].partition("<script>")[0]
    for name in ("kind", "title", "font", "paper", "ink"):
        assert f"{{{name}}}" not in skeleton
    assert "now - since > 300" in page
    assert "now - arrived > 10000" in page


def test_nothing_is_animated_by_css_while_the_skeleton_stands() -> None:
    page = first_paint.add_skeleton(STREAMLIT, "/").decode()
    skeleton = page.partition('<div id="skeleton"')[2].partition("<script>")[0]
    assert "#root * { animation: none !important; }" in skeleton, "what is hidden below it"
    assert skeleton.count("animation") == 1
    assert '"--light"' in page.partition('matchMedia("(prefers-reduced-motion: no-preference)")')[2]


def test_page_of_another_form_is_left_as_it_is() -> None:
    assert first_paint.add_skeleton(b"<html></html>", "/") == b"<html></html>"
