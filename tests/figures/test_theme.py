"""The theme's colours: chosen in `.streamlit/config.toml` alone."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from streamlit.elements.lib import streamlit_plotly_theme

from cnnviz.figures import look, svg, theme

ROOT = Path(__file__).parents[2]


def accents() -> set[str]:
    """Return the accent and every colour of charts, of both themes."""
    named = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())["theme"]
    return {
        colour.lower()
        for mode in ("light", "dark")
        for colour in (named[mode]["primaryColor"], named[mode]["linkColor"], *named[mode]["chartCategoricalColors"])
    }


@pytest.mark.parametrize("path", sorted((ROOT / "cnnviz").rglob("*.py")), ids=lambda path: path.stem)
def test_no_code_repeats_a_colour_of_the_theme(path: Path) -> None:
    written = set(re.findall(r"#[0-9a-f]{6}\b", path.read_text(encoding="utf-8").lower()))
    assert not written & accents()


@pytest.mark.parametrize("path", sorted((ROOT / "cnnviz" / "ui").glob("[!c]*/*.css")), ids=lambda path: path.stem)
def test_no_style_sheet_of_a_page_has_a_colour_of_its_own(path: Path) -> None:
    assert set(re.findall(r"#[0-9a-f]{3,6}\b", path.read_text(encoding="utf-8").lower())) <= {"#000"}


def test_the_placeholders_are_those_that_the_browser_replaces() -> None:
    known = [getattr(streamlit_plotly_theme, f"CATEGORY_{place}") for place in range(len(look.CATEGORIES))]
    assert list(look.CATEGORIES) == known


def test_drawings_mix_colours_as_browsers_do() -> None:
    assert theme.mix("#0b6b8f", 30, "#ffffff") == "#b6d3dd"
    assert theme.mix("#123456", 100, "#ffffff") == "#123456"
    assert svg.PAINTS["paper"].mix("#ffffff") == "#ffffff"
