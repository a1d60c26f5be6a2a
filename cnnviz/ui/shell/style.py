"""The style sheet of all pages, which `first_paint` puts into the page that the server sends."""

from __future__ import annotations

import functools
import re
from pathlib import Path

from cnnviz.figures import theme

SHEETS = ("page.css", "layers.css", "filters.css", "data.css", "train.css", "compare.css", "terms.css", "why.css")
"""Style sheets beside this module, in the order of the page."""

TEXT_COLOURS = ("green", "blue", "violet", "orange", "gray")
"""Colours of words and of the parts of a program, as Streamlit names them."""

COMMENT = re.compile(r"/\*.*?\*/\s*", re.DOTALL)
CSS = COMMENT.sub("", "\n".join(Path(__file__).with_name(name).read_text(encoding="utf-8") for name in SHEETS))
"""All sheets without their comments, which no visitor needs to fetch."""


@functools.cache
def make_sheet() -> str:
    """Return the style sheet, with the theme's colours, which Streamlit gives to components alone."""
    known = {
        "link-color": theme.pair("linkColor"),
        "background-color": theme.pair("backgroundColor"),
        **{f"{name}-text-color": theme.pair(f"{name}TextColor") for name in TEXT_COLOURS},
        **{
            f"chart-categorical-color-{number}": pair
            for number, pair in enumerate(zip(*theme.pair("chartCategoricalColors"), strict=True), 1)
        },
    }
    names = " ".join(f"--st-{name}: light-dark({light}, {dark});" for name, (light, dark) in known.items())
    return f".stApp {{ {names} }} {CSS}"
