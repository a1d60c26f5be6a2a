"""The interface of every layer kind. Shapes are without the batch axis; arrays have it, first."""

# ruff: noqa: ARG002  (all kinds of layers are called alike, whether they read every argument or not)

import math
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from typing import ClassVar, Literal

import numpy as np

from cnnviz.core.layers import checks
from cnnviz.core.layers.formulas import Formula, text

Shape = tuple[int, ...]
Pair = tuple[int, int]
Weights = Mapping[str, np.ndarray]
Indices = tuple[int, ...]
Role = Literal["weighted", "pooling", "elementwise", "merging"]
Arithmetic = Literal[
    "convolution",
    "depthwise",
    "separable",
    "transposed",
    "dense",
    "copy",
    "move",
    "resample",
    "frame",
    "scale",
    "normalize",
    "standardize",
    "parametric",
    "activation",
    "add",
    "subtract",
    "multiply",
    "average",
    "maximum",
    "minimum",
    "concatenate",
]


@dataclass(frozen=True)
class Output:
    """A layer's values, float32 with the batch axis.

    Attributes:
        before: before the activation.
        after: after it; the same object if the layer has no activation.
    """

    before: np.ndarray
    after: np.ndarray


@dataclass(frozen=True)
class Gradients:
    """How one number changes with what a layer reads, float32.

    Attributes:
        input: with its input, (n, *shape), one number for each of the batch.
        weights: name -> gradient of the shape of that weight array, summed over the batch; only of weights that
            training changes by gradients.
    """

    input: np.ndarray
    weights: Weights


@dataclass(frozen=True, kw_only=True)
class Layer:
    """A layer's settings, spelled as the arguments of Keras's constructor. It holds no weights.

    `name`: 1 to 64 letters, digits, `_`, `.` or `-`; unique in its architecture.
    """

    kind: ClassVar[str]
    """The name of the class in Keras."""
    title: ClassVar[str]
    """What such a layer is called in words; a key of the catalogue."""
    role: ClassVar[Role]
    """How a value comes about: a weighted sum, a pooling of a window, one value of the input, or one of each input."""
    reduces: ClassVar[Literal["", "max", "mean"]] = ""
    """What a pooling keeps of its window; "" for other roles."""
    arithmetic: ClassVar[Arithmetic | Literal[""]] = ""
    """Which account of a cell's value applies (`cnnviz.core.ledger.account`); "" for poolings."""
    changes_values: ClassVar[bool] = True
    """False for a layer that only passes values on in inference, so that its output need not be shown again."""
    purpose: ClassVar[str] = ""
    """What the layer does, in one sentence; a key of the catalogue."""
    positional: ClassVar[tuple[str, ...]] = ()
    always_shown: ClassVar[tuple[str, ...]] = ()
    added_later: ClassVar[tuple[str, ...]] = ()
    """Arguments that older files do not have; JSON has them only where they differ from Keras's default."""
    keeps_axes: ClassVar[bool] = True
    """Whether the rows that a cell reads depend on its row alone, and likewise its columns and maps."""

    name: str

    def __post_init__(self) -> None:
        checks.layer_name(self.name)

    def output_shape(self, shape: Shape) -> Shape:
        """Return the output shape for an input of `shape`. Raises `Refusal` if the layer cannot read that shape."""
        raise NotImplementedError

    def forward(self, x: np.ndarray, weights: Weights) -> Output:
        """Apply the layer to `x` (n, *shape) float32, as in inference (dropout does nothing)."""
        raise NotImplementedError

    def backward(self, x: np.ndarray, output: Output, gradient: np.ndarray, weights: Weights) -> Gradients:
        """Return the gradients of a number at the input and at the weights, given the one at the output.

        All rules at kinks are TensorFlow's, so that the result is that of `tf.GradientTape`.

        Args:
            x: What the layer read, (n, *shape) float32.
            output: What `forward` made of it.
            gradient: Of the number with respect to `output.after`, of its shape, float32.
            weights: As for `forward`.
        """
        before = self.activation_gradient(output, gradient)
        return Gradients(self.input_gradient(x, output, before, weights), self.weight_gradients(x, before, weights))

    def activation_gradient(self, output: Output, gradient: np.ndarray) -> np.ndarray:
        """Return the gradient at `output.before`, given the one at `output.after`."""
        return gradient

    def input_gradient(self, x: np.ndarray, output: Output, gradient: np.ndarray, weights: Weights) -> np.ndarray:
        """Return the gradient at `x`, given the one at `output.before`."""
        raise NotImplementedError

    def weight_gradients(self, x: np.ndarray, gradient: np.ndarray, weights: Weights) -> dict[str, np.ndarray]:
        """Return the gradients at the weights, given the one at `output.before`; empty if training changes none."""
        return {}

    @property
    def activation_name(self) -> str:
        """The activation that ends the layer, one of `ACTIVATIONS`; "" where there is none."""
        return str(getattr(self, "activation", ""))

    def reads(self, shape: Shape, row: int, column: int, of: int) -> tuple[Indices, Indices, Indices]:
        """Return the rows, columns and maps of an input of `shape` that one cell reads before the activation.

        In order; rows and columns may lie outside, where padding is. Without rows and columns they are (0,).

        Args:
            shape: Of the input.
            row: Of the output, 0 where it has none.
            column: Of the output, 0 where it has none.
            of: Map of the output, or its unit.
        """
        return (row,), (column,), (of,)

    @property
    def reads_same_maps(self) -> bool:
        """Whether all maps of the output are computed from the same maps of the input."""
        return self.activation_name == "softmax"

    def cell_weights(self, weights: Weights, of: int) -> np.ndarray | None:
        """Return the factors of the values read for any cell of map `of`: (rows, columns, maps), or None."""
        return None

    def place_weights(self, shape: Shape, weights: Weights, row: int, column: int, of: int) -> np.ndarray | None:
        """Return the factors of what `reads` lists for one cell: (rows, columns, maps), or None.

        Those of `cell_weights`, except for kinds whose factors depend on the place.
        """
        return self.cell_weights(weights, of)

    def weight_shapes(self, shape: Shape) -> dict[str, Shape]:
        """Return name and shape of each weight array, in Keras's names and order."""
        return {}

    def multiplications(self, shape: Shape) -> int:
        """Count multiplications by a weight or a constant for one input, without sums and activations."""
        return 0

    def size_parts(self, shape: Shape) -> Formula:
        """Return the formula of the output size in pieces; empty if the size stays or is a setting."""
        return ()

    def parameter_parts(self, shape: Shape) -> Formula:
        """Return the formula of the number of parameters in pieces; empty if there are none."""
        return ()

    def size_formula(self, shape: Shape) -> str:
        """Return the formula of the output size, such as "(28 − 3) / 1 + 1 = 26"; "" if it stays or is a setting."""
        return text(self.size_parts(shape))

    def parameter_formula(self, shape: Shape) -> str:
        """Return the formula of the number of parameters, such as "(3 × 3 × 1 + 1) × 32 = 320"; "" if none."""
        return text(self.parameter_parts(shape))

    def parameters(self, shape: Shape) -> int:
        """Count the weights for an input of `shape`."""
        return sum(math.prod(weight) for weight in self.weight_shapes(shape).values())

    def keras_line(self) -> str:
        """Write the line of Keras code that makes this layer, without arguments that have their default value."""
        return f"{self.kind}({', '.join(each.code for each in self.arguments() if each.written)})"

    def arguments(self) -> tuple["Argument", ...]:
        """Return every argument: those of the line of code in its order, then those that it leaves out."""
        written = (*self.positional, *self._list_shown_arguments(), "name")
        left_out = [field.name for field in fields(self) if field.name not in written]
        return tuple(
            Argument(name, format_literal(getattr(self, name)), name in self.positional, name in written)
            for name in (*written, *left_out)
        )

    def is_default(self, argument: str) -> bool:
        """Check that `argument` has the value that Keras gives it when it is left out."""
        default = next(field.default for field in fields(self) if field.name == argument)
        return default is not MISSING and getattr(self, argument) == default

    def _list_shown_arguments(self) -> list[str]:
        names = [field.name for field in fields(self) if field.name not in ("name", *self.positional)]
        return [name for name in names if name in self.always_shown or not self.is_default(name)]

    def _settle(self, **values: object) -> None:
        """Store checked values in the fields of this frozen record; only for `__post_init__`."""
        for name, value in values.items():
            object.__setattr__(self, name, value)


@dataclass(frozen=True)
class Argument:
    """One argument of a layer.

    Attributes:
        name: as in Keras.
        value: as Python code.
        positional: whether the line of code gives it without its name.
        written: whether the line of code has it.
    """

    name: str
    value: str
    positional: bool
    written: bool

    @property
    def code(self) -> str:
        """The argument as the line of code has it, or would have it."""
        return self.value if self.positional else f"{self.name}={self.value}"


def make_index(shape: Shape, row: int, column: int, of: int) -> tuple[int, ...]:
    """Return the index of a cell in values of `shape`: row, column and map, or the unit `of` alone."""
    return (row, column, of) if len(shape) == 3 else (of,)


def format_literal(value: object) -> str:
    """Return `value` as Python code, strings in double quotes."""
    return f'"{value}"' if isinstance(value, str) else repr(value)
