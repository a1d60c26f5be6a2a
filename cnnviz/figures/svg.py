"""Pieces of SVG text in the colours of the page, or in colours of their own where the file stands alone.

Colours are written twice: as attributes for programs that know no style sheets, and in a style sheet that takes the
page's theme where there is one, and otherwise what the reader prefers, light or dark.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from cnnviz.figures import theme

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', sans-serif"
WIDTH_OF_A_LETTER = 0.56
"""Of a letter of the font on average, as a share of its size; enough to give texts room."""


@dataclass(frozen=True)
class Paint:
    """One colour: `variable` is the page's name for it; `light` and `dark` are for files that stand alone."""

    property: str
    variable: str
    light: str
    dark: str
    share: int = 100
    """Percent of the colour, the rest is paper."""

    def rule(self, colour: str, paper: str) -> str:
        """The declaration with `colour` where the page names none."""
        known = f"var({self.variable}, {colour})"
        if self.share == 100:
            return f"{self.property}: {known}"
        return f"{self.property}: color-mix(in srgb, {known} {self.share}%, var(--st-background-color, {paper}))"

    def plain(self, paper: str) -> str:
        """The colour on white paper, for programs without style sheets."""
        return theme.mix(self.light, self.share, paper)


PAPER = ("--st-background-color", *theme.pair("backgroundColor"))
TEXT = ("--st-text-color", *theme.pair("textColor"))
ACCENT = ("--st-primary-color", *theme.pair("primaryColor"))
"""The page's name of a colour, and the colour in light and in dark for files that stand alone."""

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
"""Class -> how it is painted."""


def style() -> str:
    """Return the style sheet of a drawing."""
    light = _rules(lambda paint: paint.light, PAPER[1])
    dark = _rules(lambda paint: paint.dark, PAPER[2])
    return f"<style>{light} @media (prefers-color-scheme: dark) {{ {dark} }}</style>"


def _rules(colour: Callable[[Paint], str], paper: str) -> str:
    return " ".join(f".{name} {{ {paint.rule(colour(paint), paper)} }}" for name, paint in PAINTS.items())


def document(body: Sequence[str], *, width: float, height: float, title: str, description: str = "") -> str:
    """Return a whole drawing with a name for those who do not see it; it shrinks with the place that it gets."""
    told = f"<title>{escape(title)}</title>" + (f"<desc>{escape(description)}</desc>" if description else "")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_n(width)} {_n(height)}" width="{_n(width)}" '
        f'height="{_n(height)}" role="img" aria-label="{escape(title)}" font-family="{escape(FONT)}">'
        f"{told}{style()}{''.join(body)}</svg>\n"
    )


def element(tag: str, *inside: str, paint: str = "", **attributes: Any) -> str:
    """Return an element; `paint` names classes of `PAINTS`, and an underscore in an attribute stands for a hyphen."""
    known = {"class": paint, **_attributes(paint), **attributes} if paint else attributes
    written = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escape(_text(value))}"' for name, value in known.items()
    )
    return f"<{tag}{written}>{''.join(inside)}</{tag}>"


def _attributes(paint: str) -> dict[str, str]:
    return {PAINTS[name].property: PAINTS[name].plain(PAPER[1]) for name in paint.split()}


def _text(value: object) -> str:
    return _n(value) if isinstance(value, float) else str(value)


def _n(value: float) -> str:
    """A number as short as it can be without being seen."""
    return f"{value:.1f}".removesuffix(".0")


def rect(x: float, y: float, width: float, height: float, paint: str, **more: Any) -> str:
    """Return a rectangle."""
    return element("rect", paint=paint, x=float(x), y=float(y), width=float(width), height=float(height), **more)


def path(points: Sequence[tuple[float, float]], paint: str, *, closed: bool = False, **more: Any) -> str:
    """Return a line through `points`."""
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
    """Return a line of text; `inside` is escaped already: see `escaped` and `span`."""
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
    """Return a piece of a line of text."""
    return element("tspan", escape(words), **more)


def group(*inside: str, **more: Any) -> str:
    """Return several elements as one."""
    return element("g", *inside, **more)


def arrow(start: tuple[float, float], end: tuple[float, float], **more: Any) -> str:
    """Return an arrow, right or down."""
    (x, y), across = end, start[1] == end[1]
    head = [(x - 5, y - 3.5), (x, y), (x - 5, y + 3.5)] if across else [(x - 3.5, y - 5), (x, y), (x + 3.5, y - 5)]
    lines = (path([start, end], "line", fill="none"), path(head, "line", fill="none"))
    return group(*lines, stroke_width=1.3, stroke_linecap="round", **more)


def width_of(words: str, size: float = 11) -> float:
    """Return about how wide `words` are."""
    return len(words) * size * WIDTH_OF_A_LETTER
