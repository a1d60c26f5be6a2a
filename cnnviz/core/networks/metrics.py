"""Metrics of a training: computed for every batch and epoch, stored in cards and plotted as curves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cnnviz.core.layers import checks
from cnnviz.core.messages import gettext_noop


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One quantity over the batches of a training.

    It is computed in `cnnviz.workers.metrics`.

    Attributes:
        name: Its key in events, cards and CSV files; with `val_` before it on the validation digits.
        title: Heading of its chart, a key of the catalogue.
        share: Whether it lies in [0, 1] and is shown in percent; otherwise it is above 0, for a logarithmic axis.
        in_every_card: Whether all cards and events have it. False for a metric that was added after some were
            written: it is then missing from old ones.
    """

    name: str
    title: str
    share: bool = False
    in_every_card: bool = True


METRICS = (
    Metric(name="loss", title=gettext_noop("Loss")),
    Metric(name="accuracy", title=gettext_noop("Accuracy"), share=True),
)
"""All metrics, in the order of charts and columns; the first is the loss, which is minimized."""

NAMES = tuple(metric.name for metric in METRICS)
VALIDATION_NAMES = tuple(f"val_{name}" for name in NAMES)

CURVES = NAMES + VALIDATION_NAMES
"""The curves of a card, one number an epoch."""

CURVES_OF_EVERY_CARD = tuple(
    prefix + metric.name for prefix in ("", "val_") for metric in METRICS if metric.in_every_card
)


def check_curves(what: str, data: object) -> dict[str, Any]:
    """Return `data` if it is a table of `CURVES`; only those that are not in every card may be missing.

    Raises:
        Refusal: If entries are missing or unknown; `what` names the table.
    """
    keys = set(CURVES)
    if isinstance(data, dict):
        keys -= keys - data.keys() - set(CURVES_OF_EVERY_CARD)
    return checks.table(what, data, keys)
