"""Architectures as validated data, and the six published ones with their training plans."""

import json
import math
from dataclasses import dataclass
from typing import Any

from cnnviz.core import layers
from cnnviz.core.errors import Refusal
from cnnviz.core.layers import Conv2D, Dense, Dropout, Flatten, Layer, MaxPooling2D, Pair, Shape, checks
from cnnviz.core.layers.convolution import Windowed
from cnnviz.core.networks import beginner_mistakes, limits
from cnnviz.core.networks.training_plan import TrainingPlan

__all__ = ["CLASSES", "TUTORIALS", "Architecture", "TrainingPlan"]

CLASSES = 10
"""Digits 0 to 9."""

MAX_CHANNELS = 4
MAX_LAYERS = 100


@dataclass(frozen=True)
class Architecture:
    """A sequential architecture that ends in a softmax over ten classes.

    Attributes:
        name: Name of the network.
        layers: Layers in order, each with a name of its own.
        input_shape: Height, width and channels of the image.

    Raises:
        Refusal: If the layers do not fit one another or exceed the `limits`, before anything is allocated.
    """

    name: str
    layers: tuple[Layer, ...]
    input_shape: Shape = (28, 28, 1)

    def __post_init__(self) -> None:
        object.__setattr__(self, "layers", tuple(self.layers))
        object.__setattr__(self, "input_shape", _check_input_shape(self.input_shape))
        checks.network_name(self.name)
        _check_layers(self.layers)
        limits.check(self.parameters, self.multiplications, max(math.prod(shape) for shape in self.shapes()))
        _check_answer(self)

    def shapes(self) -> tuple[Shape, ...]:
        """Return the shapes of the input and of every layer's output: one more than there are layers."""
        shapes = [self.input_shape]
        for layer in self.layers:
            shapes.append(layer.output_shape(shapes[-1]))
        return tuple(shapes)

    def output_shape(self, layer: str) -> Shape:
        """Return the shape of the output of the layer named `layer`."""
        return self.shapes()[[each.name for each in self.layers].index(layer) + 1]

    @property
    def parameters(self) -> int:
        """Number of weights of all layers."""
        return sum(layer.parameters(shape) for layer, shape in self.layers_and_inputs())

    @property
    def multiplications(self) -> int:
        """Number of multiplications for one image."""
        return sum(layer.multiplications(shape) for layer, shape in self.layers_and_inputs())

    @property
    def convolutions(self) -> tuple[str, ...]:
        """Names of the layers that convolve, in order: plain, depthwise and separable ones."""
        return tuple(layer.name for layer in self.layers if isinstance(layer, Windowed))

    def layers_and_inputs(self) -> tuple[tuple[Layer, Shape], ...]:
        """Return every layer with its input shape."""
        return tuple(zip(self.layers, self.shapes(), strict=False))

    def weight_shapes(self) -> dict[str, dict[str, Shape]]:
        """Return the weight shapes of every layer that has weights, by layer name."""
        found = {layer.name: layer.weight_shapes(shape) for layer, shape in self.layers_and_inputs()}
        return {name: shapes for name, shapes in found.items() if shapes}

    def to_json(self) -> dict[str, Any]:
        """Return this architecture as plain data for `json.dumps`."""
        return {
            "name": self.name,
            "input_shape": list(self.input_shape),
            "layers": [_convert_tuples(layers.to_json(layer)) for layer in self.layers],
        }

    @classmethod
    def from_json(cls, data: object) -> "Architecture":
        """Return the architecture that `to_json` described. Raises `Refusal` for anything else."""
        table = checks.table("network", data, {"name", "input_shape", "layers"})
        if not isinstance(table["layers"], list) or len(table["layers"]) > MAX_LAYERS:
            _refuse_number_of_layers(table["layers"])
        return cls(
            name=table["name"],
            input_shape=table["input_shape"],
            layers=tuple(layers.from_json(layer) for layer in table["layers"]),
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
    height, width = checks.pair("input_shape", shape[:2])
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


def _refuse_number_of_layers(stack: object) -> None:
    raise Refusal(
        "A network must have a list of 1 to {most} layers. Received: {number}. Leave some out or add one.",
        most=MAX_LAYERS,
        number=f"{len(stack)} layers" if isinstance(stack, (list, tuple)) else checks.repr_of(stack),
    )


def _check_answer(architecture: Architecture) -> None:
    last = architecture.layers[-1]
    shape = architecture.shapes()[-1]
    if shape == (CLASSES,) and last.activation_name == "softmax":
        return
    raise beginner_mistakes.explain_output(architecture.layers, architecture.shapes(), CLASSES)


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
