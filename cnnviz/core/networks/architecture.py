"""Architectures as validated data, and the six published ones with their training plans."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

from cnnviz.core import layers
from cnnviz.core.errors import Refusal
from cnnviz.core.layers import (
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    Layer,
    MaxPooling2D,
    Normalization,
    Pair,
    Shape,
    checks,
    merging,
)
from cnnviz.core.layers.convolution import Windowed
from cnnviz.core.layers.shaping import Rescaling
from cnnviz.core.messages import Message, gettext_noop
from cnnviz.core.networks import beginner_mistakes, limits
from cnnviz.core.networks.training_plan import TrainingPlan
from cnnviz.core.visible_text import is_visible

__all__ = ["CLASSES", "DIGITS", "PICTURE", "TUTORIALS", "Architecture", "TrainingPlan"]

CLASSES = 10
"""Digits 0 to 9."""

DIGITS = tuple("0123456789")
"""Names of the classes of a network that reads digits."""

PICTURE = ""
"""In place of a layer's name: the picture that the network reads."""

BYTE = 255.0
"""Largest value of a pixel for networks that scale bytes themselves."""

SCALES = (1 / 300, 1 / 100)
"""Factors of a Rescaling that reads bytes: 1/255 for values up to 1, 1/127.5 for -1 to 1."""

CHANNEL_SCALES = (1 / 300, 1 / 25)
"""Factors that differ by channel and read bytes: 1/255 over the standard deviation of a channel, 0.1 and more."""

KEEP_RANGE = (
    *("Random", "Resizing", "ZeroPadding2D", "Cropping2D", "SpatialDropout2D", "Dropout"),
    *("Reshape", "Flatten", "Permute"),
)
"""Beginnings of the names of kinds after which pixels have the same range as before."""

MAX_CHANNELS = 4
MAX_INPUT_SIDE = 512
MAX_LAYERS = 250
"""EfficientNetB0 has 238, MobileNetV2 154; what a network costs is limited by weights, values and multiplications."""
MAX_SOURCES = 64
"""Inputs of one layer."""
MIN_CLASSES = 2
MAX_CLASSES = 1_000
MAX_CLASS_NAME = 64
"""Characters of the name of a class."""

Sources = tuple[str, ...]


@dataclass(frozen=True)
class Architecture:
    """A network of layers, in a chain or with branches, that ends in a softmax over its classes.

    Attributes:
        name: Name of the network.
        layers: Layers, each with a name of its own, in an order in which each follows all that it reads. The last one
            gives the answer.
        input_shape: Height, width and channels of the image.
        inputs: For each layer the names of those that it reads, `PICTURE` for the picture; () for a chain, in which
            each layer reads the one before. What is given as a chain is stored as ().
        classes: Names of the answers, in the order of the last layer's units.

    Raises:
        Refusal: If the layers do not fit one another, one of them is not read, or they exceed the `limits`, before
            anything is allocated.
    """

    name: str
    layers: tuple[Layer, ...]
    input_shape: Shape = (28, 28, 1)
    inputs: tuple[Sources, ...] = ()
    classes: tuple[str, ...] = DIGITS

    def __post_init__(self) -> None:
        object.__setattr__(self, "layers", tuple(self.layers))
        object.__setattr__(self, "input_shape", _check_input_shape(self.input_shape))
        object.__setattr__(self, "classes", _check_classes(self.classes))
        checks.network_name(self.name)
        _check_layers(self.layers)
        object.__setattr__(self, "inputs", _check_inputs(self.layers, self.inputs))
        values = [math.prod(shape) for shape in self.shapes()]
        limits.check(self.parameters, self.multiplications, max(values), sum(values))
        _check_answer(self)

    @property
    def is_chain(self) -> bool:
        """Whether every layer reads the one before it, and nothing else."""
        return not self.inputs

    def sources(self, name: str) -> Sources:
        """Return the names of what the layer `name` reads, in order; `PICTURE` for the picture."""
        return self.sources_by_layer[name]

    def readers(self, name: str) -> tuple[str, ...]:
        """Return the names of the layers that read the layer `name`, or the picture, in order."""
        return tuple(reader for reader, sources in self.sources_by_layer.items() if name in sources)

    def reads_picture(self, name: str) -> bool:
        """Return whether the layer `name` reads the picture itself, and nothing else."""
        return self.sources(name) == (PICTURE,)

    def input_shapes(self, name: str) -> tuple[Shape, ...]:
        """Return the shapes of what the layer `name` reads."""
        return tuple(self._shapes_by_name[source] for source in self.sources(name))

    def output_shape(self, name: str) -> Shape:
        """Return the shape of the output of the layer `name`, or of the picture."""
        return self._shapes_by_name[name]

    @cached_property
    def highest_input(self) -> float:
        """Largest value of a pixel: `BYTE` if the network scales bytes itself, as by `Rescaling(1/255)`, else 1."""
        known, at = {layer.name: layer for layer in self.layers}, PICTURE
        while len(readers := self.readers(at)) == 1:
            at = readers[0]
            layer = known[at]
            if isinstance(layer, Rescaling):
                return BYTE if SCALES[0] <= layer.scale <= SCALES[1] else 1.0
            if isinstance(layer, Normalization) and layer.invert and isinstance(layer.variance, tuple):
                low, high = (scale * scale for scale in CHANNEL_SCALES)
                return BYTE if all(low <= each <= high for each in layer.variance) else 1.0
            if not layer.kind.startswith(KEEP_RANGE):
                break
        return 1.0

    def shapes(self) -> tuple[Shape, ...]:
        """Return the shapes of the picture and of every layer's output: one more than there are layers."""
        return tuple(self._shapes_by_name.values())

    @cached_property
    def sources_by_layer(self) -> Mapping[str, Sources]:
        """What each layer reads, by its name, in the order of the layers."""
        names = [layer.name for layer in self.layers]
        inputs = self.inputs or [(before,) for before in (PICTURE, *names)[: len(names)]]
        return dict(zip(names, inputs, strict=True))

    @cached_property
    def released_by_layer(self) -> Mapping[str, tuple[str, ...]]:
        """Names of the outputs that each layer is the last to read, by that layer's name."""
        last = {source: name for name, sources in self.sources_by_layer.items() for source in sources}
        return {name: tuple(source for source in last if last[source] == name) for name in self.sources_by_layer}

    @cached_property
    def _shapes_by_name(self) -> Mapping[str, Shape]:
        shapes = {PICTURE: self.input_shape}
        for layer in self.layers:
            read = [shapes[source] for source in self.sources(layer.name)]
            shapes[layer.name] = merging.infer_shape(layer, read)
        return shapes

    @property
    def parameters(self) -> int:
        """Number of weights of all layers."""
        return sum(layer.parameters(shape) for layer, shape in self.layers_and_inputs())

    @property
    def multiplications(self) -> int:
        """Number of multiplications for one image."""
        return sum(self.count_multiplications(layer) for layer in self.layers)

    def count_multiplications(self, layer: Layer) -> int:
        """Count the multiplications of one of the layers for one image."""
        return merging.count_multiplications(layer, self.input_shapes(layer.name))

    @property
    def convolutions(self) -> tuple[str, ...]:
        """Names of the layers that convolve, in order: plain, depthwise and separable ones."""
        return tuple(layer.name for layer in self.layers if isinstance(layer, Windowed))

    def layers_and_inputs(self) -> tuple[tuple[Layer, Shape], ...]:
        """Return every layer with its input shape; for one that reads several layers with that of the first."""
        return self._layers_and_inputs

    @cached_property
    def _layers_and_inputs(self) -> tuple[tuple[Layer, Shape], ...]:
        return tuple((layer, self.input_shapes(layer.name)[0]) for layer in self.layers)

    def weight_shapes(self) -> dict[str, dict[str, Shape]]:
        """Return the weight shapes of every layer that has weights, by layer name."""
        found = {layer.name: layer.weight_shapes(shape) for layer, shape in self.layers_and_inputs()}
        return {name: shapes for name, shapes in found.items() if shapes}

    def to_json(self) -> dict[str, Any]:
        """Return this architecture as plain data for `json.dumps`; `inputs` and `classes` where they are special."""
        return {
            "name": self.name,
            "input_shape": list(self.input_shape),
            "layers": [_convert_tuples(layers.to_json(layer)) for layer in self.layers],
            **({} if self.is_chain else {"inputs": [list(sources) for sources in self.inputs]}),
            **({} if self.classes == DIGITS else {"classes": list(self.classes)}),
        }

    @classmethod
    def from_json(cls, data: object) -> "Architecture":
        """Return the architecture that `to_json` described. Raises `Refusal` for anything else."""
        known = {"name", "input_shape", "layers"}
        special = {"inputs", "classes"} & set(data) if isinstance(data, dict) else set()
        table = checks.table("network", data, known | special)
        if not isinstance(table["layers"], list) or len(table["layers"]) > MAX_LAYERS:
            _refuse_number_of_layers(table["layers"])
        return cls(
            name=table["name"],
            input_shape=table["input_shape"],
            layers=tuple(layers.from_json(layer) for layer in table["layers"]),
            **{key: table[key] for key in special},
        )


def _convert_tuples(data: dict[str, Any]) -> dict[str, Any]:
    """Convert tuples to lists, as they come back from a JSON file."""
    plain: dict[str, Any] = json.loads(json.dumps(data))
    return plain


def _check_input_shape(shape: object) -> Shape:
    if not isinstance(shape, (list, tuple)) or len(shape) != 3:
        raise Refusal(
            "`input_shape` must be height, width and channels. Received: {shape}. Use (28, 28, 1) for the digits.",
            shape=checks.repr_of(shape),
        )
    height, width = checks.pair("input_shape", shape[:2], 1, MAX_INPUT_SIDE)
    return height, width, checks.whole("input_shape channels", shape[2], 1, MAX_CHANNELS)


def _check_layers(stack: tuple[Layer, ...]) -> None:
    if not 1 <= len(stack) <= MAX_LAYERS:
        _refuse_number_of_layers(stack)
    names = [layer.name for layer in stack]
    for name in names:
        if names.count(name) > 1:
            raise Refusal(
                "Every layer needs its own `name`. Received: {name} more than once. Rename one of them.",
                name=name,
            )


def _check_classes(classes: object) -> tuple[str, ...]:
    if not isinstance(classes, (list, tuple)) or not MIN_CLASSES <= len(classes) <= MAX_CLASSES:
        raise Refusal(
            "`classes` must be a list of {least} to {most} names. Received: {classes}. Give every answer a name.",
            least=MIN_CLASSES,
            most=MAX_CLASSES,
            classes=Message(gettext_noop("{number} names"), {"number": len(classes)})
            if isinstance(classes, (list, tuple))
            else checks.repr_of(classes),
        )
    for name in classes:
        if not _is_class_name(name):
            raise Refusal(
                "The name of a class must be 1 to {most} visible characters. Received: {name}. Choose another name.",
                most=MAX_CLASS_NAME,
                name=checks.repr_of(name),
            )
    return tuple(classes)


def _is_class_name(name: object) -> bool:
    """Return whether `name` is short and visible: line ends, and what has no glyph, are not printable."""
    return isinstance(name, str) and len(name) <= MAX_CLASS_NAME and is_visible(name) and bool(name.strip())


def _check_inputs(stack: tuple[Layer, ...], inputs: object) -> tuple[Sources, ...]:
    """Return `inputs` as they are stored; () for a chain."""
    if inputs in ((), []):
        return ()
    if not isinstance(inputs, (list, tuple)) or len(inputs) != len(stack):
        raise Refusal(
            "`inputs` must name what each of the {number} layers reads. Received: {inputs}. Leave them out "
            "for a chain.",
            number=len(stack),
            inputs=Message(gettext_noop("{number} entries"), {"number": len(inputs)})
            if isinstance(inputs, (list, tuple))
            else checks.repr_of(inputs),
        )
    known = {PICTURE}
    for layer, sources in zip(stack, inputs, strict=True):
        _check_sources(layer, sources, known)
        known.add(layer.name)
    found = tuple(tuple(sources) for sources in inputs)
    _check_no_dead_end(stack, found)
    chain = all(sources == (before.name,) for sources, (before, _) in zip(found[1:], pairwise(stack), strict=True))
    return () if chain and found[0] == (PICTURE,) else found


def _check_sources(layer: Layer, sources: object, known: set[str]) -> None:
    if not isinstance(sources, (list, tuple)) or not 1 <= len(sources) <= MAX_SOURCES:
        raise Refusal(
            "`inputs` of {layer} must be a list of 1 to {most} names. Received: {sources}. Name the layers that it "
            "reads.",
            layer=layer.name,
            most=MAX_SOURCES,
            sources=Message(gettext_noop("{number} names"), {"number": len(sources)})
            if isinstance(sources, (list, tuple))
            else checks.repr_of(sources),
        )
    for source in sources:
        if not isinstance(source, str) or source not in known:
            raise Refusal(
                "`inputs` of {layer} must be layers that stand before it. Received: {source}. Put the layers into an "
                "order in which each follows all that it reads.",
                layer=layer.name,
                source=checks.repr_of(source),
            )


def _check_no_dead_end(stack: tuple[Layer, ...], inputs: tuple[Sources, ...]) -> None:
    read = {source for sources in inputs for source in sources}
    unread = next((layer.name for layer in stack[:-1] if layer.name not in read), None)
    if unread is not None:
        raise Refusal(
            "Every layer but the last must be read by another: a network has one output. Received: {layer}, which no "
            "layer reads. Leave it out, or let a later layer read it.",
            layer=unread,
        )


def _refuse_number_of_layers(stack: object) -> None:
    raise Refusal(
        "A network must have a list of 1 to {most} layers. Received: {number}. Leave some out or add one.",
        most=MAX_LAYERS,
        number=Message(gettext_noop("{number} layers"), {"number": len(stack)})
        if isinstance(stack, (list, tuple))
        else checks.repr_of(stack),
    )


def _check_answer(architecture: Architecture) -> None:
    last = architecture.layers[-1]
    classes = len(architecture.classes)
    if architecture.output_shape(last.name) == (classes,) and last.activation_name == "softmax":
        return
    raise beginner_mistakes.explain_output(architecture.layers, architecture.shapes(), classes)


def _conv(name: str, filters: int, padding: str = "valid") -> Conv2D:
    return Conv2D(name=name, filters=filters, kernel_size=(3, 3), padding=padding, activation="relu")


def _pool(name: str) -> MaxPooling2D:
    return MaxPooling2D(name=name, pool_size=(2, 2))


def _dense(name: str, units: int) -> Dense:
    return Dense(name=name, units=units, activation="relu")


def _answer(name: str) -> Dense:
    return Dense(name=name, units=CLASSES, activation="softmax")


def _two_convolutions(name: str, filters: Pair) -> Architecture:
    return Architecture(
        name=name,
        layers=(
            _conv("conv2d", filters[0]),
            _conv("conv2d_1", filters[1]),
            _pool("max_pooling2d"),
            Dropout(name="dropout", rate=0.25),
            Flatten(name="flatten"),
            _dense("dense", 128),
            Dropout(name="dropout_1", rate=0.5),
            _answer("dense_1"),
        ),
    )


_CNN_32_64 = _two_convolutions("cnn-32-64", (32, 64))

_CNN_32_32 = _two_convolutions("cnn-32-32", (32, 32))

_DENSE_64 = Architecture(
    name="dense-64",
    layers=(Flatten(name="flatten"), _dense("dense", 64), _answer("dense_1")),
)

_CNN_32_64_64 = Architecture(
    name="cnn-32-64-64",
    layers=(
        _conv("conv2d", 32),
        _pool("max_pooling2d"),
        _conv("conv2d_1", 64),
        _pool("max_pooling2d_1"),
        _conv("conv2d_2", 64),
        Flatten(name="flatten"),
        _dense("dense", 64),
        _answer("dense_1"),
    ),
)

_CNN_16_128_256 = Architecture(
    name="cnn-16-128-256",
    layers=(
        _conv("conv2d", 16, padding="same"),
        _pool("max_pooling2d"),
        _conv("conv2d_1", 128),
        _pool("max_pooling2d_1"),
        _conv("conv2d_2", 256),
        _pool("max_pooling2d_2"),
        Dropout(name="dropout", rate=0.5),
        Flatten(name="flatten"),
        _dense("dense", 500),
        Dropout(name="dropout_1", rate=0.25),
        _answer("dense_1"),
    ),
)

# The tutorial repeats its block of convolution, pooling and dropout; here it occurs twice.
_CNN_RGB = Architecture(
    name="cnn-rgb",
    input_shape=(32, 32, 3),
    layers=(
        _conv("conv2d", 32),
        _pool("max_pooling2d"),
        Dropout(name="dropout", rate=0.5),
        _conv("conv2d_1", 32),
        _pool("max_pooling2d_1"),
        Dropout(name="dropout_1", rate=0.5),
        Flatten(name="flatten"),
        _answer("dense"),
    ),
)

# As published. Adadelta at rate 1.0 is what the tutorials' older Keras did by default; Keras 3's 0.001 barely learns.
_ADADELTA = TrainingPlan(optimizer="adadelta", learning_rate=1.0, batch_size=128, epochs=12)

# Published with early stopping, but without its validation set: a tenth of the training digits, so that the test set
# has no influence.
_ADADELTA_STOPPING = TrainingPlan(
    optimizer="adadelta",
    learning_rate=1.0,
    batch_size=128,
    epochs=12,
    validation_examples=6_000,
    patience=2,
)

# Published without batch size and epochs: Keras's own 32, and five epochs, after which the accuracy levels off.
_ADAM_SHORT = TrainingPlan(optimizer="adam", batch_size=32, epochs=5)

_ADAM_LARGE_BATCH = TrainingPlan(optimizer="adam", batch_size=1000, epochs=10)

# Published without data and plan: the colour digits, and enough epochs for a dropout rate of 0.5.
_ADAM_COLOUR = TrainingPlan(data="colour", optimizer="adam", batch_size=128, epochs=12)

TUTORIALS: dict[str, tuple[Architecture, TrainingPlan]] = {
    architecture.name: (architecture, plan)
    for architecture, plan in (
        (_CNN_32_64, _ADADELTA),
        (_CNN_32_32, _ADADELTA_STOPPING),
        (_DENSE_64, _ADAM_SHORT),
        (_CNN_32_64_64, _ADAM_SHORT),
        (_CNN_16_128_256, _ADAM_LARGE_BATCH),
        (_CNN_RGB, _ADAM_COLOUR),
    )
}
