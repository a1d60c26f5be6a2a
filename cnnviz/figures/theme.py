"""Colours of the theme, read from `.streamlit/config.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).parents[2] / ".streamlit" / "config.toml"


@cache
def colours(mode: str) -> Mapping[str, Any]:
    """Return the settings of the theme `mode`, "light" or "dark": Streamlit's name of a colour -> "#rrggbb"."""
    theme: Mapping[str, Any] = tomllib.loads(FILE.read_text(encoding="utf-8"))["theme"][mode]
    return theme


@cache
def font() -> str:
    """Return the families of the text's font, as CSS names them."""
    name: str = tomllib.loads(FILE.read_text(encoding="utf-8"))["theme"]["font"]
    return name


def pair(name: str) -> tuple[Any, Any]:
    """Return a colour, or a list of them, of the light theme and of the dark one."""
    return colours("light")[name], colours("dark")[name]


def mix(colour: str, share: int, ground: str) -> str:
    """Mix `share` percent of a colour with a background, both "#rrggbb", as `color-mix(in srgb, ...)` does."""
    channels = (
        round((share * int(colour[at : at + 2], 16) + (100 - share) * int(ground[at : at + 2], 16)) / 100)
        for at in (1, 3, 5)
    )
    return "#" + "".join(f"{channel:02x}" for channel in channels)
