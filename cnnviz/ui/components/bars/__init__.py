"""Bars for the answer: one a class, as a table that screen readers read, quick enough to follow the pen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from cnnviz.ui.components.mount import mount
from cnnviz.ui.i18n import gettext_noop

__all__ = ["CLASS_LABELS", "LABELS", "bars"]

LABELS: Mapping[str, str] = MappingProxyType(
    {
        "caption": gettext_noop("Probability of each digit"),
        "name": gettext_noop("Digit"),
        "share": gettext_noop("Probability"),
        "exact": gettext_noop("{name}: {value}"),
    }
)
"""Every text of the bars: its name -> English, the catalogue's key. The browser fills in the {fields}."""


CLASS_LABELS: Mapping[str, str] = MappingProxyType(
    {**LABELS, "caption": gettext_noop("Probability of each class"), "name": gettext_noop("Class")}
)
"""The same for a network whose classes are no digits."""


def bars(
    key: str,
    values: np.ndarray | None,
    labels: Mapping[str, str],
    names: Sequence[str] = tuple("0123456789"),
    answer: int | None = None,
    told: tuple[int, str] = (0, ""),
    live: bool = False,
) -> None:
    """Show shares of one as bars with percentages in steps of 0.1; pointing at one shows its exact value.

    Args:
        key: The element's key.
        values: (n,) float32 in [0, 1], or None as long as there is nothing to show.
        labels: The texts of `LABELS` in the visitor's language; `caption` says what the bars are.
        names: One text a bar.
        answer: Index of the bar to emphasise; by default the highest.
        told: What those who hear the page are told, with a number: it is told whenever that grows.
        live: Whether they are the answer to what is drawn, which the browser may work out while the pen moves.

    Raises:
        ValueError: If there are not as many values as names.
    """
    if values is not None and np.shape(values) != (len(names),):
        raise ValueError(f"`values` must be one number for each of {len(names)} names. Received: {np.shape(values)}")
    data: dict[str, Any] = {"values": None, "exact": None, "names": list(names), "answer": answer}
    data |= {"labels": dict(labels), "told": list(told), "live": live}
    if values is not None:
        shares = np.asarray(values, np.float32)
        data |= {
            "values": shares.tolist(),
            "exact": [str(share) for share in shares],
            "answer": int(shares.argmax()) if answer is None else answer,
        }
    mount("bars", key=key, data=data)
