"""Name what is usually wrong with a network, and what to do: where it does not end in probabilities, and where it
is legal but learns worse than it could.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cnnviz.core.errors import Refusal
from cnnviz.core.layers import Layer, Shape
from cnnviz.core.messages import Message, gettext_noop

if TYPE_CHECKING:
    from cnnviz.core.networks.architecture import Architecture

HIDDEN_SOFTMAX = gettext_noop(
    "{name} is not the last layer and ends in a [[softmax]], which forces its values to add up to 1, so little of "
    "what it found is passed on. Relu is usual there."
)
NO_ACTIVATION = gettext_noop(
    "{name} has no [[activation]], so together with the next layer it can do no more than one layer alone. Relu is "
    "usual there."
)
DENSE_ON_IMAGE = gettext_noop(
    "{name} reads an image of {size} and is applied to every place of it on its own. Usually [[flatten|Flatten]] or "
    "[[global pooling|GlobalAveragePooling2D]] stands before the first [[dense layer|Dense]]."
)


def explain_output(stack: Sequence[Layer], shapes: Sequence[Shape], classes: int) -> Refusal:
    """Explain why a network does not end in `classes` probabilities.

    Args:
        stack: Its layers.
        shapes: Shapes of the input and of every layer's output.
        classes: Number of classes.
    """
    last, shape = stack[-1], shapes[-1]
    if any(
        layer.activation_name == "softmax" and output == (classes,)
        for layer, output in zip(stack, shapes[1:], strict=True)
    ):
        return Refusal(
            "The last layer must give {classes} probabilities. Received: {line} with output shape {shape}, after a "
            "softmax. Move {line} before the last Dense.",
            line=last.kind,
            classes=classes,
            shape=shape,
        )
    if len(shape) == 3 and any(layer.kind == "Dense" for layer in stack):
        return Refusal(
            "The last layer must give {classes} probabilities. Received: {line} with output shape {shape}, which is "
            "still an image. Put Flatten or GlobalAveragePooling2D before the first Dense.",
            line=last.kind,
            classes=classes,
            shape=shape,
        )
    if last.kind != "Dense":
        return _explain_missing_dense(last, shape, classes)
    if shape != (classes,):
        return Refusal(
            "The last layer must give {classes} probabilities. Received: {line} with output shape {shape}. There are "
            "{classes} classes, so set its units to {classes}.",
            line=last.kind,
            classes=classes,
            shape=shape,
        )
    if last.activation_name in ("", "linear"):
        return Refusal(
            "The last layer must give {classes} probabilities. Received: {line} without an activation, which gives any "
            'numbers. Choose activation="softmax".',
            line=last.kind,
            classes=classes,
        )
    return Refusal(
        "The last layer must give {classes} probabilities. Received: {line} with activation {activation}, whose values "
        'do not add up to 1. Choose activation="softmax".',
        line=last.kind,
        classes=classes,
        activation=last.activation_name,
    )


def _explain_missing_dense(last: Layer, shape: Shape, classes: int) -> Refusal:
    if len(shape) == 3:
        return Refusal(
            "The last layer must give {classes} probabilities. Received: {line} with output shape {shape}, an image. "
            'Add Flatten or GlobalAveragePooling2D, then Dense({classes}, activation="softmax").',
            line=last.kind,
            classes=classes,
            shape=shape,
        )
    return Refusal(
        "The last layer must give {classes} probabilities. Received: {line} with output shape {shape}. End with "
        'Dense({classes}, activation="softmax").',
        line=last.kind,
        classes=classes,
        shape=shape,
    )


def find_hints(architecture: Architecture) -> tuple[Message, ...]:
    """Return a hint for every layer of a network that is there by mistake more often than not."""
    found = []
    for layer, shape in architecture.layers_and_inputs()[:-1]:
        if layer.kind == "Dense" and len(shape) == 3:
            found.append(Message(DENSE_ON_IMAGE, {"name": layer.name, "size": " × ".join(map(str, shape))}))
        elif layer.activation_name == "softmax":
            found.append(Message(HIDDEN_SOFTMAX, {"name": layer.name}))
        elif layer.activation_name == "linear" and _is_summed_again(architecture, layer.name):
            found.append(Message(NO_ACTIVATION, {"name": layer.name}))
    return tuple(found)


def _is_summed_again(architecture: Architecture, name: str) -> bool:
    """Return whether all layers behind `name` that compute anything are weighted sums, with only copies between."""
    by_name = {layer.name: layer for layer in architecture.layers}
    readers = list(architecture.readers(name))
    for reader in readers:
        if not by_name[reader].changes_values:
            readers += architecture.readers(reader)
    computing = [by_name[reader] for reader in readers if by_name[reader].changes_values]
    return bool(computing) and all(layer.kind in ("Conv2D", "Dense") for layer in computing)
