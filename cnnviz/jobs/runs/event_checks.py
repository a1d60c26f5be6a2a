"""Check the events of a run as they are read from its file: the types of their values, and what each kind must have."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType

from cnnviz.core.networks import metrics
from cnnviz.core.training.protocol import Event


def is_well_typed(event: Event) -> bool:
    """Return whether every value of an event has the type that its readers rely on."""
    if not (isinstance(event.kind, str) and isinstance(event.payload, dict)):
        return False
    if not (_is_count(event.seq) and _is_count(event.attempt)):
        return False
    if event.kind == "batches" and not all(
        a.ndim == 1 and len(a) == len(event.arrays["loss"]) for a in event.arrays.values()
    ):
        return False
    return all(rule(event.payload[name]) for name, rule in _RULES.items() if name in event.payload)


def is_complete(event: Event) -> bool:
    """Return whether an event has all that readers of its kind expect; each of them goes on without it."""
    return event.payload.keys() >= _NEEDED.get(event.kind, frozenset())


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_COUNT


def _is_number(value: object) -> bool:
    """Return whether `value` is null or fits a float; it may be infinite or not a number, as a loss may."""
    return value is None or isinstance(value, float) or (isinstance(value, int) and abs(value) <= MAX_COUNT)


def _is_finite(value: object) -> bool:
    return value is None or (_is_number(value) and math.isfinite(value))  # type: ignore[arg-type]


def _is_measured(value: object) -> bool:
    return value is not None and _is_number(value)


def _is_name(value: object) -> bool:
    return isinstance(value, str)


def _is_card(value: object) -> bool:
    return isinstance(value, dict) and isinstance(value.get("test_accuracy"), float)


MAX_COUNT = 2**53
"""Largest whole number of an event."""

STEP_NUMBERS = ("loss_before", "loss_after", "gradient_norm", "learning_rate")
"""What is measured of a step that is explained."""

_RULES: Mapping[str, Callable[[object], bool]] = MappingProxyType(
    {
        **dict.fromkeys(("step", "batches", "epoch", "epochs", "finished", "validation_examples"), _is_count),
        **dict.fromkeys(("seconds", "images_per_second", "seconds_left"), _is_finite),
        **dict.fromkeys(STEP_NUMBERS, _is_measured),
        "filter": _is_count,
        "layer": _is_name,
        **dict.fromkeys((*metrics.NAMES, *metrics.VALIDATION_NAMES), _is_number),
        "card": _is_card,
    }
)
"""Entry of a payload -> its rule."""

_NEEDED: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "start": frozenset({"batches"}),
        "batches": frozenset({"step", "seconds"}),
        "sample": frozenset({"step"}),
        "lesson": frozenset({"step", "layer", "filter", *STEP_NUMBERS}),
        "epoch": frozenset({"step", "epoch", "val_accuracy"}),
        "result": frozenset({"card", "ended"}),
    }
)
"""Kind of event -> what readers of a complete one expect; each of them goes on without it."""
