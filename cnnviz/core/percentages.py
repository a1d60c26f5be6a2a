"""Percentages as text: a number and its percent sign stay on one line."""

from __future__ import annotations

import re

SIGN = "\u00a0%"
"""The percent sign after a space at which no line ends; every font has that space, and it is read as one."""

LOOSE_SIGN = re.compile(r"(?<=[\d}]) %(?![\w{(])")
"""A sign behind a number or a ``{field}``, with a space at which a line may end; not the `%{y}` of a chart."""


def format_percent(share: float, decimals: int) -> str:
    """Return a share in [0, 1] as a percentage with this many decimals."""
    return f"{100 * share:.{decimals}f}{SIGN}"


def bind_signs(text: str) -> str:
    """Return a text, or a template, in which no percent sign is parted from its number at the end of a line."""
    return LOOSE_SIGN.sub(SIGN, text) if " %" in text else text
