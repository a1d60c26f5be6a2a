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

from cnnviz.core.lessons.convolution.colour_sum import DECIMALS, ColourSum, Numbers, format_number
from cnnviz.ui.components import browser_state, number_grids
from cnnviz.ui.components.encode import encode
from cnnviz.ui.components.mount import mount
from cnnviz.ui.i18n import gettext_noop, translate_all

__all__ = ["LABELS", "colour_sum", "read_edit"]

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


def read_edit(key: str, numbers: Numbers) -> Sequence[str] | None:
    """Return what the visitor typed over `numbers` since the last run, a text each, or None; before `colour_sum`."""
    match browser_state.read_new(key, "typed"):
        case {"texts": texts, "shown": before}:
            rows = number_grids.read_typed([texts], [before], [numbers], format_number)
            return rows[0] if rows else None
    return None


def colour_sum(key: str, shown: ColourSum, *, decimals: int = DECIMALS, problem: tuple[int, str] | None = None) -> None:
    """Show `shown` for pointing at and for typing other weights.

    Args:
        key: The element's key.
        shown: The picture under the filter.
        decimals: How many are shown of each number; a weight has all of its own while it is edited.
        problem: Place of a number whose new text was refused, and what to say about it.
    """
    number = browser_state.get_newest_sequence(key, "typed")
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
