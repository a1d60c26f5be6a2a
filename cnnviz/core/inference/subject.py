"""The input of a network: a drawing, a test digit or an uploaded picture; prepare it and read it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from cnnviz.core.data import colour_digits
from cnnviz.core.drawing import preprocessing as preparing
from cnnviz.core.drawing.preprocessing import Polarity, Preparation
from cnnviz.core.drawing.strokes import Drawing, cover
from cnnviz.core.inference import network_input, whole_picture
from cnnviz.core.inference import trace as tracing
from cnnviz.core.inference.trace import Trace
from cnnviz.core.inference.whole_picture import Fitting
from cnnviz.core.networks.architecture import DIGITS
from cnnviz.core.networks.network import Network
from cnnviz.core.networks.training_plan import LABEL_SMOOTHING

MIN_CROP = 8
"""Pixels a side that are cut out of an upload at least."""


@dataclass(frozen=True, eq=False)
class PreparedUpload:
    """The preparation of an upload, with all that it depends on.

    Attributes:
        rgba: The upload before it was turned and cut.
        how: Turns, crop, polarity, part and steps.
        preparation: What was made of it.
    """

    rgba: np.ndarray
    how: tuple[object, ...]
    preparation: Preparation


@dataclass(frozen=True)
class InputSource:
    """One input to read.

    Attributes:
        kind: ``"drawing"``, ``"sample"`` (a digit of a data set) or ``"picture"`` (an upload).
        drawing: the strokes, where `kind` is ``"drawing"``.
        digit: (28, 28) float32 in [0, 1], if it needs no preparation (samples, pictures from links).
        rgba: (h, w, 4) uint8 of an upload that is still to be prepared; beside a `digit`, the same picture in colour.
        label: the class that the data set gives, or None.
        number: index in the test set, for the link; -1 where there is none.
        source: name of the data set.
        polarity: which ink an upload has, one of `cnnviz.core.drawing.preprocessing.POLARITIES`.
        turns: by how many quarters an upload is turned to the right before it is prepared.
        crop: what of the turned upload is read: left, top, right and bottom in its pixels; None for all of it.
        part: which of several digits of an upload is read, in their order; None for the largest.
        ink: the colour of the ink for networks that read colour, as "#1d4ed8".
        paper: the colour of the paper for them.
        fitting: how the whole of `rgba` is brought to the network's input; "" where it is prepared as a digit.
        prepared: the preparation of an upload that was asked for last. All that shows the upload shares it, since
            reading a photograph takes tens of milliseconds; `dataclasses.replace` hands it on.
    """

    kind: str = "drawing"
    drawing: Drawing = field(default_factory=Drawing)
    digit: np.ndarray | None = None
    rgba: np.ndarray | None = None
    label: int | None = None
    number: int = -1
    source: str = ""
    polarity: Polarity = "auto"
    turns: int = 0
    crop: tuple[int, int, int, int] | None = None
    part: int | None = None
    ink: str = colour_digits.INK
    paper: str = colour_digits.PAPER
    fitting: Fitting = ""
    prepared: list[PreparedUpload] = field(default_factory=list, repr=False, compare=False)

    @property
    def is_whole(self) -> bool:
        """Whether it is a picture that is read whole, without looking for a digit in it."""
        return self.rgba is not None and self.fitting != ""


@dataclass(frozen=True)
class Prediction:
    """An input source as a network read it.

    Attributes:
        digit: (28, 28) float32 in [0, 1], the ink, of a whole picture its luminance; `trace.digit`, which the network
            read, may be in colour.
        preparation: its steps; None if the digit needed none, or a picture is read whole.
        trace: every layer's values.
        weights_sha256: of the network's weights by its card, else its `content_sha256`; "" where neither is known.
        classes: names of the network's answers.
        label_smoothing: the share of each target that the network's training spread over all classes, by its card.
        whole: whether a picture was read whole.
    """

    digit: np.ndarray
    preparation: Preparation | None
    trace: Trace
    weights_sha256: str = ""
    label_smoothing: float = 0.0
    classes: tuple[str, ...] = DIGITS
    whole: bool = False

    @property
    def answer_name(self) -> str:
        """Name of the class with the largest probability."""
        return self.classes[self.trace.answer]

    @cached_property
    def empty(self) -> bool:
        """Whether there is nothing to read."""
        return not self.whole and not self.digit.any()


def get_pixels(subject: InputSource) -> np.ndarray | None:
    """Return the picture that is to be prepared as a digit, uint8, or None if nothing is.

    Of an upload it is (h, w, 4), of a drawing (h, w): how much of each pixel is under ink.
    """
    if subject.digit is not None or subject.is_whole:
        return None
    return cover(subject.drawing) if subject.rgba is None else cut_out(subject)


def cut_out(subject: InputSource) -> np.ndarray:
    """Return what of an upload is read, as the visitor has turned and cut it, (h, w, 4) uint8."""
    turned = get_turned_picture(subject)
    if subject.crop is None:
        return turned
    left, top, right, bottom = subject.crop
    return np.ascontiguousarray(turned[top:bottom, left:right])


def get_turned_picture(subject: InputSource) -> np.ndarray:
    """Return the whole picture of an upload as the visitor has turned it, (h, w, 4) uint8."""
    if subject.rgba is None:
        raise ValueError("`subject` must be an upload. Received: one without `rgba`.")
    return np.ascontiguousarray(np.rot90(subject.rgba, -subject.turns))


def turn(subject: InputSource, quarters: int) -> InputSource:
    """Turn an upload by quarters to the right, with what is cut out of it."""
    crop = subject.crop
    height, width = get_turned_picture(subject).shape[:2]
    for _ in range(quarters % 4):
        if crop is not None:
            left, top, right, bottom = crop
            crop = height - bottom, left, height - top, right
        height, width = width, height
    return replace(subject, turns=(subject.turns + quarters) % 4, crop=crop, part=None)


def crop(subject: InputSource, box: tuple[int, int, int, int]) -> InputSource:
    """Cut a box out of an upload, moved and enlarged where it does not fit or is too small to be read."""
    height, width = get_turned_picture(subject).shape[:2]
    (left, right), (top, bottom) = _fit(box[0], box[2], width), _fit(box[1], box[3], height)
    whole = (left, top, right, bottom) == (0, 0, width, height)
    return replace(subject, crop=None if whole else (left, top, right, bottom), part=None)


def _fit(first: int, last: int, length: int) -> tuple[int, int]:
    """Return a piece of at least `MIN_CROP` pixels of a side, or all of it."""
    first, last = sorted((min(max(first, 0), length), min(max(last, 0), length)))
    first = max(0, min(first, length - MIN_CROP))
    return first, min(length, max(last, first + MIN_CROP))


def get_ready_digit(subject: InputSource) -> np.ndarray:
    """Return the (28, 28) digit of a subject that needs no preparation; nothing drawn is all paper.

    Of a whole picture it is the luminance.
    """
    if subject.is_whole:
        return whole_picture.scale(cut_out(subject), network_input.DIGIT, subject.fitting) / np.float32(255)
    return np.zeros((28, 28), np.float32) if subject.digit is None else subject.digit


def prepare(subject: InputSource, pixels: np.ndarray, steps: frozenset[str]) -> Preparation:
    """Prepare `pixels`, those of `subject`, as 28x28 with `steps` switched on; an upload only if it has changed."""
    if subject.rgba is None:
        return _prepare_anew(subject, pixels, steps)
    how = subject.turns, subject.crop, subject.polarity, subject.part, steps
    for kept in subject.prepared:
        if kept.rgba is subject.rgba and kept.how == how:
            return kept.preparation
    made = _prepare_anew(subject, pixels, steps)
    subject.prepared[:] = [PreparedUpload(subject.rgba, how, made)]
    return made


def _prepare_anew(subject: InputSource, pixels: np.ndarray, steps: frozenset[str]) -> Preparation:
    if subject.rgba is None:
        return preparing.from_coverage(pixels, steps)
    return preparing.from_picture(pixels, steps=steps, polarity=subject.polarity, part=subject.part)


def prepare_digit(subject: InputSource, steps: frozenset[str]) -> np.ndarray:
    """Prepare `subject` as a (28, 28) float32 digit."""
    pixels = get_pixels(subject)
    return get_ready_digit(subject) if pixels is None else prepare(subject, pixels, steps).digit


def read(network: Network, subject: InputSource, steps: frozenset[str]) -> Prediction:
    """Prepare `subject` and trace it through `network`."""
    pixels = get_pixels(subject)
    preparation = None if pixels is None else prepare(subject, pixels, steps)
    digit = get_ready_digit(subject) if preparation is None else preparation.digit
    trace = tracing.trace(network, make_network_input(network, subject, digit))
    classes, whole = network.architecture.classes, subject.is_whole
    if network.card is None:
        return Prediction(digit, preparation, trace, network.content_sha256, classes=classes, whole=whole)
    smoothing = LABEL_SMOOTHING.get(network.card.plan.augmentation, 0.0)
    return Prediction(digit, preparation, trace, network.card.weights_sha256, smoothing, classes, whole)


def make_network_input(network: Network, subject: InputSource, digit: np.ndarray) -> np.ndarray:
    """Return what `network` reads of `subject`, of which `digit` was made: the digit, or the whole picture."""
    if subject.is_whole:
        return whole_picture.fit_picture(cut_out(subject), network.architecture, subject.fitting)
    return to_network_input(network, subject, digit)


def make_blank_input(network: Network, subject: InputSource) -> np.ndarray:
    """Return what `network` reads where there is nothing: paper, or for a whole picture black."""
    if subject.is_whole:
        return whole_picture.make_blank(network.architecture)
    return to_network_input(network, subject, np.zeros(network_input.DIGIT[:2], np.float32))


def to_network_input(network: Network, subject: InputSource, digit: np.ndarray) -> np.ndarray:
    """Convert a (28, 28) `digit` to the input of `network` in the subject's ink and paper: see `network_input`."""
    return network_input.fit_digit(digit, network.architecture, subject.ink, subject.paper)


def toggle_each_step(network: Network, subject: InputSource, steps: frozenset[str]) -> dict[str, tuple[int, float]]:
    """Return for each step the answer and its probability with that one step toggled.

    Returns:
        step name -> (class, probability in [0, 1]); empty where there is nothing to prepare.
    """
    pixels = get_pixels(subject)
    if pixels is None:
        return {}
    # Each is asked for once, and must not take the place of the preparation that is shown.
    digits = [
        to_network_input(network, subject, _prepare_anew(subject, pixels, steps ^ {name}).digit)
        for name in preparing.STEPS
    ]
    rows = tracing.predict(network, np.stack(digits))
    return {name: (int(row.argmax()), float(row.max())) for name, row in zip(preparing.STEPS, rows, strict=True)}
