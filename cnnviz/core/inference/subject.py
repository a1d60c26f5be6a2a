"""The input of a network: a drawing, a test digit or an uploaded picture; prepare it and read it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from cnnviz.core.data import colour_digits
from cnnviz.core.drawing import preprocessing as preparing
from cnnviz.core.drawing.preprocessing import Polarity, Preparation
from cnnviz.core.drawing.strokes import Drawing, render
from cnnviz.core.inference import trace as tracing
from cnnviz.core.inference.trace import Trace
from cnnviz.core.networks.network import Network


@dataclass(frozen=True)
class InputSource:
    """One input to read.

    Attributes:
        kind: ``"drawing"``, ``"sample"`` (a digit of a data set) or ``"picture"`` (an upload).
        drawing: the strokes, where `kind` is ``"drawing"``.
        digit: (28, 28) float32 in [0, 1], if it needs no preparation (samples, pictures from links).
        rgba: (h, w, 4) uint8 of an upload that is still to be prepared.
        label: the class that the data set gives, or None.
        number: index in the test set, for the link; -1 where there is none.
        source: name of the data set.
        polarity: which ink an upload has, one of `cnnviz.core.drawing.preprocessing.POLARITIES`.
        ink: the colour of the ink for networks that read colour, as "#1d4ed8".
        paper: the colour of the paper for them.
    """

    kind: str = "drawing"
    drawing: Drawing = field(default_factory=Drawing)
    digit: np.ndarray | None = None
    rgba: np.ndarray | None = None
    label: int | None = None
    number: int = -1
    source: str = ""
    polarity: Polarity = "auto"
    ink: str = colour_digits.INK
    paper: str = colour_digits.PAPER


@dataclass(frozen=True)
class Prediction:
    """An input source as a network read it.

    Attributes:
        digit: (28, 28) float32 in [0, 1], the ink; `trace.digit`, which the network read, may be in colour.
        preparation: its steps; None if the digit needed none.
        trace: every layer's values.
        weights_sha256: of the network's weights; "" for a network without a card.
    """

    digit: np.ndarray
    preparation: Preparation | None
    trace: Trace
    weights_sha256: str = ""

    @property
    def empty(self) -> bool:
        """Whether there is nothing to read."""
        return not self.digit.any()


def pixels(subject: InputSource) -> np.ndarray | None:
    """Return the (h, w, 4) uint8 picture that is to be prepared, or None if `subject` already is 28x28."""
    if subject.digit is not None:
        return None
    return subject.rgba if subject.rgba is not None else render(subject.drawing)


def ready_digit(subject: InputSource) -> np.ndarray:
    """Return the (28, 28) digit of a subject that needs no preparation; nothing drawn is all paper."""
    return np.zeros((28, 28), np.float32) if subject.digit is None else subject.digit


def prepare(subject: InputSource, rgba: np.ndarray, steps: frozenset[str]) -> Preparation:
    """Prepare `rgba`, the pixels of `subject`, as 28x28 with `steps` switched on."""
    if subject.rgba is None:
        return preparing.from_canvas(rgba, steps=steps)
    return preparing.from_picture(rgba, steps=steps, polarity=subject.polarity)


def prepare_digit(subject: InputSource, steps: frozenset[str]) -> np.ndarray:
    """Prepare `subject` as a (28, 28) float32 digit."""
    rgba = pixels(subject)
    return ready_digit(subject) if rgba is None else prepare(subject, rgba, steps).digit


def read(network: Network, subject: InputSource, steps: frozenset[str]) -> Prediction:
    """Prepare `subject` and trace it through `network`."""
    rgba = pixels(subject)
    preparation = None if rgba is None else prepare(subject, rgba, steps)
    digit = ready_digit(subject) if preparation is None else preparation.digit
    trace = tracing.trace(network, to_network_input(network, subject, digit))
    return Prediction(digit, preparation, trace, network.card.weights_sha256 if network.card else "")


def to_network_input(network: Network, subject: InputSource, digit: np.ndarray) -> np.ndarray:
    """Convert a (28, 28) `digit` to the input of `network`: itself, or (32, 32, 3) in the subject's ink and paper."""
    if not colour_digits.reads_colour(network.architecture.input_shape):
        return digit
    return colour_digits.colour_from_hex(digit, subject.ink, subject.paper)


def toggle_each_step(network: Network, subject: InputSource, steps: frozenset[str]) -> dict[str, tuple[int, float]]:
    """Return for each step the answer and its probability with that one step toggled.

    Returns:
        step name -> (class, probability in [0, 1]); empty where there is nothing to prepare.
    """
    rgba = pixels(subject)
    if rgba is None:
        return {}
    digits = [
        to_network_input(network, subject, prepare(subject, rgba, steps ^ {name}).digit) for name in preparing.STEPS
    ]
    rows = tracing.predict(network, np.stack(digits))
    return {name: (int(row.argmax()), float(row.max())) for name, row in zip(preparing.STEPS, rows, strict=True)}
