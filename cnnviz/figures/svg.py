"""Write SVG elements in the colours of the page, or in colours of their own where the file stands alone.

Colours are written twice: as attributes, for programs without style sheets, and in a style sheet that uses the page's
theme where there is one and otherwise the reader's preference, light or dark.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from cnnviz.figures import theme

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', sans-serif"
LETTER_WIDTH = 0.56
"""Average width of a letter as a fraction of the font size, for estimating how much room a text needs."""


@dataclass(frozen=True)
class Paint:
    """One colour of a fill or a stroke.

    Attributes:
        property: CSS property, "fill" or "stroke".
        variable: CSS variable with the page's colour.
        light: "#rrggbb" in a light theme, for files that stand alone.
        dark: "#rrggbb" in a dark theme, likewise.
        share: Percentage of the colour; the rest is paper.
    """

    property: str
    variable: str
    light: str
    dark: str
    share: int = 100

    def write_rule(self, colour: str, paper: str) -> str:
        """Return the CSS declaration, with `colour` where the page sets none."""
        known = f"var({self.variable}, {colour})"
        if self.share == 100:
            return f"{self.property}: {known}"
        return f"{self.property}: color-mix(in srgb, {known} {self.share}%, var(--st-background-color, {paper}))"

    def mix(self, paper: str) -> str:
        """Return the light colour mixed with `paper`, for programs without style sheets."""
        return theme.mix(self.light, self.share, paper)


PAPER = ("--st-background-color", *theme.pair("backgroundColor"))
TEXT = ("--st-text-color", *theme.pair("textColor"))
ACCENT = ("--st-primary-color", *theme.pair("primaryColor"))
"""CSS variable of a colour, and the colour in light and dark for files that stand alone."""

PAINTS: Mapping[str, Paint] = {
    "paper": Paint("fill", *PAPER),
    "ink": Paint("fill", *TEXT),
    "quiet": Paint("fill", *TEXT, share=72),
    "line": Paint("stroke", *TEXT, share=60),
    "front": Paint("fill", *ACCENT, share=30),
    "top": Paint("fill", *ACCENT, share=18),
    "side": Paint("fill", *ACCENT, share=45),
    "box": Paint("fill", *TEXT, share=6),
}
"""CSS class -> its paint."""


def style() -> str:
    """Return the style sheet of a drawing."""
    light = _rules(lambda paint: paint.light, PAPER[1])
    dark = _rules(lambda paint: paint.dark, PAPER[2])
    return f"<style>{light} @media (prefers-color-scheme: dark) {{ {dark} }}</style>"


def _rules(colour: Callable[[Paint], str], paper: str) -> str:
    return " ".join(f".{name} {{ {paint.write_rule(colour(paint), paper)} }}" for name, paint in PAINTS.items())


def document(body: Sequence[str], *, width: float, height: float, title: str, description: str = "") -> str:
    """Return an SVG document with an accessible name; it shrinks to the width it is given."""
    heading = f"<title>{escape(title)}</title>" + (f"<desc>{escape(description)}</desc>" if description else "")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_n(width)} {_n(height)}" width="{_n(width)}" '
        f'height="{_n(height)}" role="img" aria-label="{escape(title)}" font-family="{escape(FONT)}">'
        f"{heading}{style()}{''.join(body)}</svg>\n"
    )


def element(tag: str, *inside: str, paint: str = "", **attributes: Any) -> str:
    """Return an element; `paint` names classes of `PAINTS`, and an underscore in an attribute stands for a hyphen."""
    known = {"class": paint, **_attributes(paint), **attributes} if paint else attributes
    written = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escape(_text(value))}"' for name, value in known.items()
    )
    return f"<{tag}{written}>{''.join(inside)}</{tag}>"


def _attributes(paint: str) -> dict[str, str]:
    return {PAINTS[name].property: PAINTS[name].mix(PAPER[1]) for name in paint.split()}


def _text(value: object) -> str:
    return _n(value) if isinstance(value, float) else str(value)


def _n(value: float) -> str:
    """Format a coordinate with at most one decimal place, which is precise enough on a screen."""
    return f"{value:.1f}".removesuffix(".0")


def rect(x: float, y: float, width: float, height: float, paint: str, **more: Any) -> str:
    """Return a rectangle."""
    return element("rect", paint=paint, x=float(x), y=float(y), width=float(width), height=float(height), **more)


def path(points: Sequence[tuple[float, float]], paint: str, *, closed: bool = False, **more: Any) -> str:
    """Return a polyline through `points`, or a polygon if `closed`."""
    drawn = "L".join(f"{_n(x)} {_n(y)}" for x, y in points)
    return element("path", paint=paint, d=f"M{drawn}{'Z' if closed else ''}", **more)


def text(
    x: float,
    y: float,
    *inside: str,
    size: float = 11,
    anchor: str = "middle",
    paint: str = "ink",
    **more: Any,
) -> str:
    """Return a line of text; `inside` is escaped already, see `span`."""
    return element(
        "text",
        *inside,
        paint=paint,
        x=float(x),
        y=float(y),
        font_size=float(size),
        text_anchor=anchor,
        **more,
    )


def span(words: str, **more: Any) -> str:
    """Return part of a line of text, escaped."""
    return element("tspan", escape(words), **more)


def group(*inside: str, **more: Any) -> str:
    """Group elements."""
    return element("g", *inside, **more)


def arrow(start: tuple[float, float], end: tuple[float, float], **more: Any) -> str:
    """Return an arrow that points right if `start` and `end` have the same y, else down."""
    (x, y), across = end, start[1] == end[1]
    head = [(x - 5, y - 3.5), (x, y), (x - 5, y + 3.5)] if across else [(x - 3.5, y - 5), (x, y), (x + 3.5, y - 5)]
    lines = (path([start, end], "line", fill="none"), path(head, "line", fill="none"))
    return group(*lines, stroke_width=1.3, stroke_linecap="round", **more)


def width_of(words: str, size: float = 11) -> float:
    """Estimate the width of `words`."""
    return len(words) * size * LETTER_WIDTH
