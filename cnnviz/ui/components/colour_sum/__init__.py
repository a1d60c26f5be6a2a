"""One filter over the three channels of a picture: partial maps, their sum, the bias, after relu, cell by cell.

Python works out all maps in whole numbers (`ColourSum`). The browser shows them and, for the cell that is pointed at,
the 27 products; they are worked out there by the same rule, so nothing is asked of the server while the pointer moves.
What is typed into a weight is checked by Python.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from cnnviz.core.lessons.convolution.colour_sum import DECIMALS, NUMBERS, ColourSum, format_number
from cnnviz.ui.components import browser_state
from cnnviz.ui.components.encode import encode
from cnnviz.ui.components.mount import mount
from cnnviz.ui.i18n import gettext_noop, translate_all

__all__ = ["LABELS", "colour_sum", "read_edit"]

MAX_TEXT_LENGTH = 60
"""Characters of a weight's text that are looked at."""

LABELS: Mapping[str, str] = MappingProxyType(
    {
        "picture": gettext_noop("The picture"),
        "red": gettext_noop("red"),
        "green": gettext_noop("green"),
        "blue": gettext_noop("blue"),
        "channel": gettext_noop("{channel} channel"),
        "weights": gettext_noop("nine weights for {channel}"),
        "weight": gettext_noop("weight for {channel}, row {row}, column {column}"),
        "partial": gettext_noop("what {channel} gives"),
        "sum": gettext_noop("Sum of the three"),
        "bias": gettext_noop("bias"),
        "before": gettext_noop("with the bias"),
        "after": gettext_noop("after relu"),
        "maps": gettext_noop("{name}: arrow keys go from cell to cell"),
        "cell": gettext_noop("Row {row}, column {column}"),
        "products": gettext_noop("pixels × weights = products"),
        "total": gettext_noop("sum of the three"),
        "cut": gettext_noop("relu makes everything below 0 a 0"),
        "kept": gettext_noop("relu keeps what is above 0"),
        "scale": gettext_noop("blue is below 0, orange above; one scale for all maps, up to {largest}"),
        "rule": gettext_noop("Every number is rounded to six decimals and every sum adds up what you see."),
        "rule_short": gettext_noop(
            "Numbers are rounded to {shown} decimals, and so that they add up. Everything shows all {decimals}."
        ),
    }
)
"""Every text of the component: its name -> English, the catalogue's key. The browser fills in the {fields}."""

Texts = tuple[str, ...]


def read_edit(key: str) -> Texts | None:
    """Return what the visitor typed since the last run, a text a number, or None; for before `colour_sum`."""
    message = _message(key)
    return message[0] if message is not None and message[1] > browser_state.get_last_sequence(key, "typed") else None


def colour_sum(key: str, shown: ColourSum, *, decimals: int = DECIMALS, problem: tuple[int, str] | None = None) -> None:
    """Show `shown` for pointing at and for typing other weights.

    Args:
        key: The element's key.
        shown: The picture under the filter.
        decimals: How many are shown of each number; a weight has all of its own while it is edited.
        problem: Place of a number whose new text was refused, and what to say about it.
    """
    message = _message(key)
    number = message[1] if message is not None else 0
    header = {
        "rows": shown.pixels.shape[1],
        "columns": shown.pixels.shape[2],
        "decimals": DECIMALS,
        "shown": decimals,
        "numbers": [format_number(value) for value in shown.numbers],
        "texts": [format_number(round(value, decimals)) for value in shown.numbers],
        "kernel": shown.kernel.ravel().tolist(),
        "bias": shown.bias,
        "problem": None if problem is None else {"place": problem[0], "text": problem[1]},
        "ack": number,
        "labels": translate_all(LABELS),
    }
    mount("colour_sum", key=key, data=_pack(header, shown), on_typed_change=browser_state.ignore)
    browser_state.acknowledge(key, "typed", number)


def _pack(header: dict[str, Any], shown: ColourSum) -> bytes:
    """Encode the header, the pixels and the partial maps as int32."""
    return encode(header, (one.astype(np.int32).tobytes() for one in (shown.pixels, shown.partial)))


def _message(key: str) -> tuple[Texts, int] | None:
    """Return texts and running number of the last message, or None if there is none that makes sense."""
    match browser_state.read(key, "typed"):
        case {"texts": texts, "seq": int(seq)} if not isinstance(seq, bool) and 0 < seq < 2**53:
            return (tuple(texts), seq) if _is_texts(texts) else None
    return None


def _is_texts(texts: object) -> bool:
    return (
        isinstance(texts, Sequence)
        and not isinstance(texts, str)
        and len(texts) == NUMBERS
        and all(isinstance(one, str) and len(one) <= MAX_TEXT_LENGTH for one in texts)
    )
