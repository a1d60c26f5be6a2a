"""Argument checks. Each returns the value in its stored form or raises a `Refusal` that names the argument."""

import math
import re
import reprlib
from collections.abc import Collection
from typing import Any

from cnnviz.core.errors import Refusal

MAX_SIDE = 256
MAX_FILTERS = 4096
MAX_UNITS = 65_536


def layer_name(value: object) -> str:
    """Return `value` if it can name a layer."""
    if isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9_.-]{1,64}", value):
        return value
    raise Refusal(
        "A layer's `name` must be 1 to 64 letters, digits, `_`, `.` or `-`. Received: {value}. Choose a plain name.",
        value=value,
    )


def whole(argument: str, value: object, low: int, high: int) -> int:
    """Return `value` as an int from `low` to `high`; booleans and fractions are not whole numbers."""
    if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
        return value
    raise Refusal(
        "`{argument}` must be a whole number from {low} to {high}. Received: {value}. Choose a number in that range.",
        argument=argument,
        low=low,
        high=high,
        value=repr_of(value),
    )


def number(argument: str, value: object, low: float, high: float) -> float:
    """Return `value` as a finite float from `low` to `high`."""
    fits = isinstance(value, (int, float)) and not isinstance(value, bool)
    if fits and low <= value <= high and math.isfinite(value):  # type: ignore[operator,arg-type]
        return float(value)  # type: ignore[arg-type]
    raise Refusal(
        "`{argument}` must be a number from {low} to {high}. Received: {value}. Choose a number in that range.",
        argument=argument,
        low=low,
        high=high,
        value=repr_of(value),
    )


def truth(argument: str, value: object) -> bool:
    """Return `value` if it is a boolean."""
    if isinstance(value, bool):
        return value
    raise Refusal(
        "`{argument}` must be true or false. Received: {value}. Choose one of the two.",
        argument=argument,
        value=repr_of(value),
    )


def pair(argument: str, value: object, low: int = 1, high: int = MAX_SIDE) -> tuple[int, int]:
    """Return `value` as (rows, columns); one number stands for both, as in Keras."""
    rows, columns = value if isinstance(value, (list, tuple)) and len(value) == 2 else (value, value)
    return whole(argument, rows, low, high), whole(argument, columns, low, high)


def choice(argument: str, value: object, choices: Collection[str]) -> str:
    """Return `value` if it is one of `choices`."""
    if isinstance(value, str) and value in choices:
        return value
    raise Refusal(
        "`{argument}` must be one of {choices}. Received: {value}. Choose one of these.",
        argument=argument,
        choices=", ".join(sorted(choices)),
        value=repr_of(value),
    )


def image(kind: str, shape: tuple[int, ...]) -> tuple[int, int, int]:
    """Return `shape` as (height, width, channels)."""
    if len(shape) == 3:
        return shape
    raise Refusal(
        "{kind} reads an image of height × width × channels. Received: shape {shape}. Put the layer "
        "before Flatten or a global pooling.",
        kind=kind,
        shape=shape,
    )


def fits(kind: str, window: tuple[int, int], side: tuple[int, int]) -> None:
    """Refuse a window that is larger than its input."""
    if window[0] <= side[0] and window[1] <= side[1]:
        return
    raise Refusal(
        "{kind}'s window must not be larger than its input. Received: a window of {window} on an input of {side}. "
        'Use a smaller window, padding="same", or fewer layers that shrink the image.',
        kind=kind,
        window=f"{window[0]} × {window[1]}",
        side=f"{side[0]} × {side[1]}",
    )


def network_name(name: object) -> str:
    """Return `name` if it can name a network in the model store and in a link."""
    if isinstance(name, str) and re.fullmatch(r"[a-z0-9-]{1,64}", name):
        return name
    raise Refusal(
        "A network's `name` must be 1 to 64 small letters, digits or hyphens. Received: {name}. Choose a name like "
        "my-network-2.",
        name=repr_of(name),
    )


def table(what: str, data: object, keys: set[str]) -> dict[str, Any]:
    """Return `data` if it is a dict with exactly these `keys`."""
    if isinstance(data, dict) and set(data) == keys:
        return data
    raise Refusal(
        "A {what} must have exactly the entries {keys}. Received: {received}. Export it again.",
        what=what,
        keys=", ".join(sorted(keys)),
        received=", ".join(sorted(map(str, data))) if isinstance(data, dict) else repr_of(data),
    )


def repr_of(value: object) -> str:
    """Return a short `repr`, so that "3" and 3 look different in a sentence."""
    return reprlib.repr(value)
