"""Read an uploaded network, an untrusted file, as an architecture and plain numbers.

Its length and first bytes are checked here; `cnnviz.workers.entry.read_model` reads it in a child process with limits,
without Keras. The answer is untrusted too: the network is built anew from it, by the checks of `core`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnviz.core.errors import Refusal
from cnnviz.core.messages import Message, gettext_noop
from cnnviz.core.networks import limits
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.card import ModelCard
from cnnviz.core.networks.network import Network
from cnnviz.jobs.sandbox import child_process, model_form

MAX_SECONDS = 10.0
"""Wall time of the child process."""

MAX_HEADER_BYTES = 3_000_000
MAX_CARD_BYTES = 1_000_000
MAX_NAME = 200
"""Characters of a file's name that are used."""

NOTES: Mapping[str, str] = {
    "classes": gettext_noop(
        "{number} classes have another name here, because theirs is empty, too long, that of another class, or has "
        "characters that cannot be shown: {names}. “Open your own” lets you name them."
    ),
    "classes_number": gettext_noop(
        "It names {theirs} classes, but has {ours}, so here they have numbers. “Open your own” lets you name them."
    ),
    "ending": gettext_noop("{number} layers behind the answer that change nothing are left out: {names}."),
    "flat": gettext_noop(
        "It reads {number} numbers in a row and makes a picture of {rows} × {columns} × {channels} of them; here it "
        "reads that picture."
    ),
    "grey": gettext_noop("Its grey pictures have no axis for channels; here they have one."),
    "left_out": gettext_noop("{number} layers that work in training only are left out: {names}."),
    "logarithms": gettext_noop(
        "It ends in the logarithms of its probabilities; here these are the probabilities themselves."
    ),
    "precision": gettext_noop("It was saved as {precision}; here it computes in float32."),
    "renamed": gettext_noop("{number} layers have another name here: {theirs} is {ours}, for example."),
    "shared": gettext_noop(
        "{number} layers or models are used in several places: {names}. Each place has a layer of its own here, with "
        "the same weights."
    ),
    "sigmoid": gettext_noop("Its single sigmoid is read as two classes: a softmax over 0 and its logit."),
    "softmax": gettext_noop("It ends in logits, so a softmax is added that makes probabilities of them."),
}
"""What may be different from the file -> its description."""

STOPPED = gettext_noop(
    "Reading this network took too much time or memory and was stopped. Save it again, with fewer or smaller layers, "
    "and try once more."
)
DAMAGED = gettext_noop(
    "This file is damaged or not one that Keras, an ONNX exporter or cnnviz writes. Save the network again and try "
    "once more."
)


@dataclass(frozen=True)
class OpenedNetwork:
    """A network that a visitor has opened.

    Attributes:
        network: The network, with its card where one was given.
        notes: What is different from the file.
    """

    network: Network
    notes: tuple[Message, ...] = ()


def read(data: bytes, name: str) -> Network:
    """Read a `.keras`, `.h5`, `.onnx` or `.safetensors` file that is not trusted.

    Args:
        data: The whole file.
        name: Its name: it names the network, and is never opened.

    Raises:
        Refusal: If the file is not sound, exceeds a limit, or holds what is not supported; in words for the person who
            chose it.
    """
    return open_network(data, name).network


def read_weights(data: bytes, name: str, architecture: Architecture) -> Network:
    """Read weights for an architecture: a `.weights.h5` or `.h5` file of Keras, or a `.safetensors` file.

    Raises:
        Refusal: As for `read`, or if the weights are not those of the architecture.
    """
    if model_form.identify(data, name) in (model_form.KERAS, model_form.ONNX):
        raise Refusal(
            "This file holds a whole network. Open it as a network of its own, or save the weights alone with "
            "model.save_weights()."
        )
    return _ask(data, name, architecture).network


def open_network(data: bytes, name: str, card: bytes = b"", whose: str = "") -> OpenedNetwork:
    """Read a network as `read` does, with what is different from the file.

    Args:
        data: The whole file.
        name: Its name.
        card: For a `.safetensors` file without a description: the card that belongs to it.
        whose: Id of the visitor, of whose files one is read at a time.
    """
    model_form.identify(data, name)
    if len(card) > MAX_CARD_BYTES:
        raise Refusal(
            "This card has {size:,} bytes; up to {most:,} are read. Save it again.",
            size=len(card),
            most=MAX_CARD_BYTES,
        )
    return _ask(data, name, None, card, whose)


def _ask(
    data: bytes, name: str, architecture: Architecture | None, card: bytes = b"", whose: str = ""
) -> OpenedNetwork:
    described = {
        "name": name[-MAX_NAME:],
        "card": len(card),
        "architecture": None if architecture is None else architecture.to_json(),
    }
    request = b"".join((json.dumps(described).encode(), b"\n", card, data))
    try:
        answer = child_process.ask(
            "read_model",
            request,
            seconds=MAX_SECONDS,
            answer_bytes=limits.MAX_PARAMETERS * 4 + MAX_HEADER_BYTES,
            whose=whose,
        )
    except child_process.WorkerError as error:
        raise child_process.refuse_stopped(error, STOPPED) from None
    return build(answer)


def build(answer: bytes) -> OpenedNetwork:
    """Build the network from a child's answer.

    Raises:
        Refusal: What the child has refused, or that the file is damaged if the answer is not of the expected form.
    """
    end = answer.find(b"\n", 0, MAX_HEADER_BYTES)
    try:
        header = json.loads(answer[:end])
        if "refusal" in header:
            raise _read_refusal(header["refusal"])
        architecture = Architecture.from_json(header["architecture"])
        weights = _split(memoryview(answer)[end + 1 :], architecture)
        card = ModelCard.from_json(header["card"]) if "card" in header else None
        notes = tuple(_build_note(name, values) for name, values in header["notes"])
        return OpenedNetwork(Network(architecture, weights, card), notes)
    except Refusal:
        raise
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError):
        raise Refusal(DAMAGED) from None


def _split(numbers: memoryview, architecture: Architecture) -> dict[str, dict[str, np.ndarray]]:
    """Cut the numbers of an answer into the arrays that the architecture needs."""
    if len(numbers) != 4 * architecture.parameters:
        raise ValueError(f"`numbers` must be {architecture.parameters} float32. Received: {len(numbers)} bytes.")
    found: dict[str, dict[str, np.ndarray]] = {}
    at = 0
    for layer, shapes in architecture.weight_shapes().items():
        found[layer] = {}
        for name, shape in shapes.items():
            count = math.prod(shape)
            found[layer][name] = np.frombuffer(numbers, "<f4", count, at).astype(np.float32, copy=False).reshape(shape)
            at += 4 * count
    return found


def _read_refusal(data: object) -> Refusal:
    """Return a child's refusal, or that the file is damaged if it is not of the expected form."""
    try:
        return Refusal.from_json(data)
    except Refusal:
        return Refusal(DAMAGED)


def _build_note(name: str, values: Mapping[str, Any]) -> Message:
    if not all(isinstance(value, (int, str)) for value in values.values()):
        raise TypeError(f"`values` must be numbers and texts. Received: {values}.")
    return Message(NOTES[name], {str(key): value for key, value in values.items()})
