"""Choose the kernel that the digit is convolved with, and send the result to the pictures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnnviz.core.errors import Refusal
from cnnviz.core.inference.subject import Prediction
from cnnviz.core.lessons.convolution import filtering
from cnnviz.core.lessons.convolution.filtering import FilterResult, LearnedKernels, apply_kernel
from cnnviz.core.lessons.convolution.kernels import KERNELS
from cnnviz.core.lessons.number_grid import Grid
from cnnviz.core.networks.network import Network
from cnnviz.ui.components.feature_maps import Block, Links, publish
from cnnviz.ui.i18n import gettext_noop, translate, translate_plural
from cnnviz.ui.prediction import wording
from cnnviz.ui.shell import networks, session

CHANNEL = "filtered"
"""Under this name the values travel to the viewer of `on_your_digit`."""

PICTURES = ("digit", "sums", "relu")

NOTHING_DRAWN = gettext_noop("Nothing is drawn: every sum is the bias. Draw a digit.")
ALL_KEPT = gettext_noop("No sum is below zero, so relu changes nothing.")


@dataclass(frozen=True)
class ChosenKernel:
    """A kernel and where it comes from.

    Attributes:
        weights: The kernel.
        bias: Its bias.
        layer: The layer that learned it, "" for one that was not learned.
        number: Which of the layer's filters it is.
        channel: Which of the filter's channels it is.
    """

    weights: Grid
    bias: float = 0.0
    layer: str = ""
    number: int = 0
    channel: int = 0


def get_kernel() -> ChosenKernel:
    """Return the kernel that the digit is convolved with; a learned one of a network without gives way to the first."""
    name = session.get("filter")
    if name == "own":
        return ChosenKernel(session.get("own_kernel"), session.get("own_bias"))
    if name == "learned" and (found := find_learned(networks.load_chosen())):
        number = min(session.get("filter_number"), found.filters - 1)
        channel = min(session.get("filter_channel"), found.channels - 1)
        return ChosenKernel(found.weights(number, channel), float(found.bias[number]), found.layer, number, channel)
    return ChosenKernel(KERNELS.get(name, KERNELS["rows"]).weights)


def find_learned(network: Network) -> LearnedKernels | None:
    """Return what the first convolution of a network learned, if it has one."""
    return filtering.find_learned_kernels(network)


def send(prediction: Prediction, pen_down: bool, place: str) -> None:
    """Send everything to the viewer, if the kernel fits; `place` names the fragment that does it."""
    kernel = get_kernel()
    try:
        found = apply_kernel(prediction.digit, kernel.weights, kernel.bias, session.get("filter_padding"))
    except Refusal:
        return  # it is said where the kernel is chosen
    session.put(filter_turn=session.get("filter_turn") + 1)
    publish(
        f"filtered-{place}",
        CHANNEL,
        _make_pictures(found, pen_down),
        turn=session.get("filter_turn"),
        network_range=(float(found.before.min()), float(found.before.max())),
        one_scale_a_map=False,
        links=Links(found.kernel_size, (1, 1), found.margins, _get_shape(found.before)),
        note=translate(wording.word(NOTHING_DRAWN)) if prediction.empty else describe_share(found),
    )


def describe_share(found: FilterResult) -> str:
    """Return how much of the sums relu leaves."""
    if not found.negative:
        return translate(ALL_KEPT)
    return translate_plural(
        "{number} of {all} sums is below zero; relu makes it 0.",
        "{number} of {all} sums are below zero; relu makes them 0.",
        found.negative,
        all=found.before.size,
    )


def _make_pictures(found: FilterResult, pen_down: bool) -> list[Block]:
    shown = {
        "digit": (translate(wording.word(gettext_noop("Your digit"))), found.picture),
        "sums": (translate("Before relu"), found.before),
        "relu": (translate("After relu"), found.after),
    }
    return [
        Block(
            id=name,
            title=title,
            subtitle=" × ".join(map(str, values.shape)),
            values=values[..., None],
            kind="image" if name == "digit" else "maps",
            signed=name != "digit",
            quantise=pen_down and name != "digit",
        )
        for name, (title, values) in shown.items()
    ]


def _get_shape(values: np.ndarray) -> tuple[int, int]:
    return values.shape[0], values.shape[1]
