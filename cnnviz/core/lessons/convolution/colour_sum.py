"""One filter over three channels, in numbers that add up: each channel's part, their sum, the bias, and ReLU.

Everything is counted in millionths, as whole numbers. Pixels, weights and the bias are rounded to that first; each
product of two such numbers is rounded to it again; everything else is an exact sum of the numbers shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

import numpy as np

from cnnviz.core.errors import Refusal
from cnnviz.core.lessons.convolution.kernels import parse_weight
from cnnviz.core.messages import gettext_noop
from cnnviz.core.networks.network import Network

DECIMALS = 6
UNIT = 10**DECIMALS
SIDE, CHANNELS = 3, 3
WEIGHTS = SIDE * SIDE * CHANNELS
NUMBERS = WEIGHTS + 1
"""The weights, channel by channel and row by row, then the bias."""

Numbers = tuple[float, ...]


@dataclass(frozen=True, eq=False)
class ColourSum:
    """A colour picture under one filter.

    Attributes:
        picture: (height, width, 3) float32 in [0, 1], at least 3 × 3.
        numbers: `NUMBERS` weights and bias.
    """

    picture: np.ndarray
    numbers: Numbers

    @cached_property
    def pixels(self) -> np.ndarray:
        """(3, height, width) int32, channels first, in millionths like everything here."""
        return to_millionths(np.moveaxis(self.picture, -1, 0))

    @cached_property
    def kernel(self) -> np.ndarray:
        """(3, 3, 3) int32: channel, row, column."""
        return to_millionths(self.numbers[:WEIGHTS]).reshape(CHANNELS, SIDE, SIDE)

    @cached_property
    def bias(self) -> int:
        """The bias in millionths."""
        return int(to_millionths(self.numbers[WEIGHTS]))

    @cached_property
    def partial(self) -> np.ndarray:
        """(3, height - 2, width - 2) int64: each channel's sum of nine products at each place."""
        windows = np.lib.stride_tricks.sliding_window_view(self.pixels.astype(np.int64), (SIDE, SIDE), (1, 2))
        added: np.ndarray = round_products(windows * self.kernel[:, None, None].astype(np.int64)).sum(axis=(3, 4))
        return added

    @cached_property
    def total(self) -> np.ndarray:
        """(height - 2, width - 2) int64: the sum over the three channels."""
        total: np.ndarray = self.partial.sum(axis=0)
        return total

    @property
    def before(self) -> np.ndarray:
        """(height - 2, width - 2) int64: the sum with the bias, before ReLU."""
        return self.total + self.bias

    @property
    def after(self) -> np.ndarray:
        """(height - 2, width - 2) int64: the same after ReLU."""
        kept: np.ndarray = np.maximum(self.before, 0)
        return kept


def to_millionths(values: object) -> np.ndarray:
    """Convert `values` to whole numbers of millionths, int32."""
    whole: np.ndarray = np.rint(np.asarray(values, np.float64) * UNIT).astype(np.int32)
    return whole


def round_products(products: np.ndarray) -> np.ndarray:
    """Convert products of two numbers in millionths to millionths; halves are rounded away from zero."""
    whole: np.ndarray = np.sign(products) * ((np.abs(products) + UNIT // 2) // UNIT)
    return whole


def format_number(number: float) -> str:
    """Format a number with as many of the six decimals as it needs, and a real minus sign."""
    whole = int(to_millionths(number))
    digits = f"{abs(whole) // UNIT}.{abs(whole) % UNIT:0{DECIMALS}}".rstrip("0").rstrip(".")
    return f"−{digits}" if whole < 0 else digits


def apply_edits(numbers: Numbers, texts: Sequence[str]) -> tuple[Numbers, tuple[int, Refusal] | None]:
    """Replace `numbers` by the texts typed over them; return the first text that was refused: its place and why.

    A number whose text is refused or unchanged keeps its exact value.
    """
    made, refused = list(numbers), []
    for place, (number, typed) in enumerate(zip(numbers, texts, strict=True)):
        if typed == format_number(number):
            continue
        try:
            made[place] = parse_weight(typed)
        except Refusal as reason:
            refused.append((place, reason))
    return tuple(made), next(iter(refused), None)


def encode(numbers: Numbers) -> str:
    """Encode numbers for a link: "0.5~-1~..."."""
    return "~".join(format_number(number).replace("−", "-") for number in numbers)


def decode(written: str) -> Numbers:
    """Decode the numbers of `encode`. Raises `Refusal` for anything else."""
    parts = written.split("~")
    if len(parts) != NUMBERS:
        raise Refusal(
            "A kernel over three channels must have {wanted} numbers: {weights} weights and the bias. Received: "
            "{number}. Share the link again.",
            wanted=NUMBERS,
            weights=WEIGHTS,
            number=len(parts),
        )
    return tuple(map(parse_weight, parts))


def is_supported(network: Network) -> bool:
    """Return whether the first layer has 3 × 3 kernels over three channels, stride 1, no padding, then ReLU."""
    first = network.architecture.layers[0]
    if first.kind != "Conv2D" or network.weights_of(first.name)["kernel"].shape[:3] != (SIDE, SIDE, CHANNELS):
        return False
    settings = {name: getattr(first, name) for name in ("strides", "padding", "dilation_rate", "activation")}
    return settings == {"strides": (1, 1), "padding": "valid", "dilation_rate": (1, 1), "activation": "relu"}


def list_filters(network: Network) -> tuple[Numbers, ...]:
    """List the numbers of every filter of the first layer of a network that `is_supported`."""
    weights = network.weights_of(network.architecture.layers[0].name)
    kernel = weights["kernel"]
    biases = weights.get("bias", np.zeros(kernel.shape[-1], np.float32))
    return tuple(
        (*np.moveaxis(kernel[..., place], -1, 0).ravel().tolist(), float(biases[place]))
        for place in range(kernel.shape[-1])
    )


def _join_rows(*rows: Sequence[float]) -> Numbers:
    """Join nine rows, three per channel, and a bias of 0."""
    return (*(weight for row in rows for weight in row), 0.0)


_NOTHING = (0, 0, 0)
_MIDDLE = (0, 1, 0)
_EDGE = (-1, 0, 1)

EXAMPLES: MappingProxyType[str, tuple[str, Numbers]] = MappingProxyType(
    {
        "red": (
            gettext_noop("Red alone"),
            _join_rows(_NOTHING, _MIDDLE, _NOTHING, *[_NOTHING] * 6),
        ),
        "red-blue": (
            gettext_noop("Red against blue"),
            _join_rows(_NOTHING, _MIDDLE, _NOTHING, *[_NOTHING] * 4, (0, -1, 0), _NOTHING),
        ),
        "edge": (gettext_noop("−1 0 1 in every channel"), _join_rows(*[_EDGE] * 9)),
    }
)
"""Name -> (label, numbers) of the example kernels."""
