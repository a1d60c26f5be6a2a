"""Read JSON that a stranger wrote: no duplicate keys, no NaN, no endless numbers, not too deep, not too long."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from typing import Any

from cnnviz.core.errors import Refusal
from cnnviz.core.messages import Message, gettext_noop

MAX_BYTES = 2_000_000
"""Length of a text. The configuration of a network of 250 layers has some 250 kB."""

MAX_DEPTH = 60
"""Brackets inside one another. A nested model takes eight for each model around it."""

MAX_DIGITS = 24

_TOKENS = re.compile(rb'"(?:[^"\\]|\\.)*"?|[\[{]|[\]}]', re.DOTALL)
"""A text may lack its end: looked for from each of its quotes anew, it would take the square of its length."""


def parse(what: str, data: bytes) -> Any:
    """Parse a JSON text.

    Args:
        what: Name of the text, for the refusal: a name of a file or a message of the catalogue.
        data: The text, in UTF-8.

    Raises:
        Refusal: If it is too long, nested too deeply, not JSON, or holds a key twice, a number that is not finite, or
            one of too many digits.
    """
    if len(data) > MAX_BYTES:
        raise Refusal(
            "{what} of this file has {size:,} bytes; up to {most:,} are read. Shorten the names in the network, or use "
            "fewer layers, and save it again.",
            what=Message(what),
            size=len(data),
            most=MAX_BYTES,
        )
    if _measure_depth(data) > MAX_DEPTH:
        raise Refusal(
            "{what} of this file is nested too deeply: more than {most} brackets inside one another. Use fewer models "
            "inside models and save it again.",
            what=Message(what),
            most=MAX_DEPTH,
        )
    try:
        return json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_make_table,
            parse_constant=_refuse_constant,
            parse_float=_parse_float,
            parse_int=_parse_int,
        )
    except (ValueError, RecursionError) as error:
        reason = error.reason if isinstance(error, _WrongJsonError) else Message(gettext_noop("it cannot be parsed"))
        raise Refusal(
            "{what} of this file is not sound JSON: {reason}. Save the network again with Keras and try once more.",
            what=Message(what),
            reason=reason,
        ) from None


class _WrongJsonError(ValueError):
    """JSON that Python would read, but that no program should write."""

    def __init__(self, template: str, **values: object) -> None:
        super().__init__(template)
        self.reason = Message(template, values)


def _measure_depth(data: bytes) -> int:
    depth = deepest = 0
    for token in _TOKENS.finditer(data):
        if token[0] in (b"[", b"{"):
            depth += 1
            deepest = max(deepest, depth)
        elif token[0] in (b"]", b"}"):
            depth -= 1
    return deepest


def _make_table(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) != len(pairs):
        twice = next(name for name, times in Counter(name for name, _ in pairs).items() if times > 1)
        raise _WrongJsonError(gettext_noop("the key {key} is there twice"), key=repr(twice[:20]))
    return table


def _refuse_constant(literal: str) -> Any:
    raise _WrongJsonError(gettext_noop("it contains {literal}, which is no number"), literal=literal)


def _parse_float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise _WrongJsonError(gettext_noop("it contains a number that is too large"))
    return number


def _parse_int(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise _WrongJsonError(gettext_noop("it contains a number of too many digits"))
    return int(text)
