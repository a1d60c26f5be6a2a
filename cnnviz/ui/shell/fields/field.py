"""A field: a value that a session keeps, with its default and its spelling in a link."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from cnnviz.core.errors import Refusal
from cnnviz.core.lessons.number_grid import Grid, to_grid
from cnnviz.core.messages import gettext_noop

PADDINGS: Mapping[str, str] = {"valid": gettext_noop("valid"), "same": gettext_noop("same")}
"""Keras's `padding` -> label."""

MAX_DIGITS = 6
"""Digits of a whole number in a link."""


@dataclass(frozen=True)
class Codec:
    """Spelling of a value in a link.

    Attributes:
        encode: value -> text, in characters that a link carries as they are where that is possible.
        decode: text -> value. Raises `Refusal` for a text that spells none.
    """

    encode: Callable[[Any], str]
    decode: Callable[[str], Any]


TEXT = Codec(str, str)

LAYER_NAME = Codec(str, lambda text: text[:64])
"""A layer's name. Which there are depends on the network: whoever reads the field does without an unknown one."""


def _no_values(_: Any) -> Mapping[str, Any]:
    return {}


def _always(_: Callable[[str], Any]) -> bool:
    return True


@dataclass(frozen=True)
class Field:
    """A value that a session keeps.

    Attributes:
        key: Its key in the session.
        default: Its value for a new visitor; a link leaves it out.
        link_name: Its name in a link; "" for a value that links do not carry. Fields may share a name: a link's text
            goes to the first of them that can decode it.
        codec: Its spelling in a link.
        options: value -> marked label, for a choice among a few; the link then takes these values alone.
        implied: value -> further keys and their values that come with it when it is read from a link.
        written: Whether a link carries it, given a function that returns the value of a key.
    """

    key: str
    default: Any
    link_name: str = ""
    codec: Codec = TEXT
    options: Mapping[str, str] = field(default_factory=dict)
    implied: Callable[[Any], Mapping[str, Any]] = _no_values
    written: Callable[[Callable[[str], Any]], bool] = _always

    def decode(self, text: str) -> dict[str, Any]:
        """Return key -> value of all that `text`, read from a link, sets. Raises `Refusal` for an unfit text."""
        value = one_of(self.options).decode(text) if self.options else self.codec.decode(text)
        return {self.key: value, **self.implied(value)}


def one_of(values: Collection[str]) -> Codec:
    """Return the codec of a choice among `values`."""

    def decode(text: str) -> str:
        if text not in values:
            raise Refusal(
                "A choice in a link must be one of {names}. Received: {value}. Share the link again.",
                names=", ".join(values),
                value=text,
            )
        return text

    return Codec(str, decode)


def whole(lowest: int, highest: int) -> Codec:
    """Return the codec of whole numbers from `lowest`, at least 0, to `highest`."""

    def decode(text: str) -> int:
        fits = text.isascii() and text.isdecimal() and len(text) <= MAX_DIGITS
        if not (fits and lowest <= int(text) <= highest):
            raise Refusal(
                "A setting in a link must be a whole number from {lowest} to {highest}. Received: {value}. Share the "
                "link again.",
                lowest=lowest,
                highest=highest,
                value=text,
            )
        return int(text)

    return Codec(str, decode)


SWITCH = Codec(lambda on: str(int(on)), lambda text: bool(whole(0, 1).decode(text)))
"""The codec of a switch: 1 or 0."""


def decimal(read: Callable[[object], float]) -> Codec:
    """Return the codec of numbers to six decimals, without an exponent; `read` checks them."""
    return Codec(spell, read)


def spell(value: float) -> str:
    """Return a number without an exponent, to six decimals."""
    return f"{value:.6f}".rstrip("0").rstrip(".")


def square(sides: tuple[int, int], read: Callable[[object], float]) -> Codec:
    """Return the codec of square grids: rows "1~2~-0.5" with "_" between them, characters that a link keeps.

    Args:
        sides: The smallest and the largest number of rows.
        read: Makes a number of a cell's text, or raises `Refusal`.
    """

    def encode(rows: Grid) -> str:
        return "_".join("~".join(map(spell, row)) for row in rows)

    def decode(text: str) -> Grid:
        rows = [row.split("~") for row in text.split("_")]
        if not sides[0] <= len(rows) <= sides[1] or any(len(row) != len(rows) for row in rows):
            raise Refusal(
                "Numbers in a link must be a square of {smallest} × {smallest} to {largest} × {largest}. Received: "
                "{value}. Share the link again.",
                smallest=sides[0],
                largest=sides[1],
                value=text,
            )
        return to_grid([[read(cell) for cell in row] for row in rows])

    return Codec(encode, decode)
