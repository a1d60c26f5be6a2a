"""One map of a convolution as a sum: some of the maps it reads, their slices of the kernel, partial maps, the bias.

Python works out all maps (`MapSum`). The browser shows them and, for the cell that is pointed at, the numbers that add
up, so nothing is asked of the server while the pointer moves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from cnnviz.core.lessons.convolution.map_sum import MapSum
from cnnviz.ui.components.encode import encode
from cnnviz.ui.components.mount import mount
from cnnviz.ui.i18n import gettext_noop, translate_all

__all__ = ["LABELS", "map_sum"]

LABELS: Mapping[str, str] = MappingProxyType(
    {
        "slice": gettext_noop("its weights"),
        "slice_values": gettext_noop("weights for {name}: {weights}"),
        "partial": gettext_noop("{name} gives"),
        "others": gettext_noop("{count} more maps, each with weights of its own"),
        "others_give": gettext_noop("the other {count} give"),
        "bias": gettext_noop("bias"),
        "before": gettext_noop("all added up, with the bias"),
        "after": gettext_noop("after {activation}"),
        "maps": gettext_noop("{name}: arrow keys go from cell to cell"),
        "cell": gettext_noop("Row {row}, column {column}:"),
        "rest_term": gettext_noop("{value} (the other {count})"),
        "bias_term": gettext_noop("{value} (bias)"),
        "result": gettext_noop("after {activation}: {value}"),
        "scale": gettext_noop(
            "blue is below 0, orange above; one scale for the maps that are read, up to {read}, and one for the sums, "
            "up to {sum}"
        ),
        "rule": gettext_noop("Numbers are rounded to {decimals} decimals, and so that they add up."),
    }
)
"""Every text of the component: its name -> English, the catalogue's key. The browser fills in the {fields}."""


def map_sum(key: str, shown: MapSum, names: Sequence[str], *, decimals: int) -> None:
    """Show `shown` for pointing at its cells.

    Args:
        key: The element's key.
        shown: The map and what adds up to it.
        names: What each of the maps is called that are `shown`.
        decimals: Of the numbers of a cell.
    """
    mount("map_sum", key=key, data=pack(shown, names, decimals))


def pack(shown: MapSum, names: Sequence[str], decimals: int) -> bytes:
    """Join the header's length, the header padded to four bytes and the maps as float32, each in C order.

    The maps: those that are read, their partial maps, what all others give, before and after the activation.
    """
    places = list(shown.shown)
    header: dict[str, Any] = {
        "reads": list(shown.reads.shape[:2]),
        "out": list(shown.before.shape),
        "names": list(names),
        "others": len(shown.channels) - len(places),
        "kernels": [np.round(shown.kernel[..., place], 6).tolist() for place in places],
        "window": {"spans": shown.spans, "strides": shown.layer.strides, "margins": shown.margins},
        "bias": shown.bias if shown.layer.use_bias else None,
        "activation": shown.layer.activation,
        "strongest": shown.strongest,
        "decimals": decimals,
        "labels": translate_all(LABELS),
    }
    read, partial = (np.moveaxis(values[..., places], -1, 0) for values in (shown.reads, shown.partial))
    parts = (read, partial, shown.rest, shown.before, shown.after)
    return encode(header, (np.ascontiguousarray(part, np.float32).tobytes() for part in parts))
