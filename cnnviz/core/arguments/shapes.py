"""Find which arguments determine which side of a layer's output, by trying another value of each."""

from __future__ import annotations

from cnnviz.core.arguments.other_value import try_other_value
from cnnviz.core.layers import Layer, Shape
from cnnviz.core.layers.formulas import INPUT, OUTPUT, Formula, Part, amount, times


def format_input_shape(shape: Shape) -> Formula:
    """Format the input shape, as "28 × 28 × 1"."""
    return times(*(amount(side, INPUT) for side in shape))


def format_output_shape(layer: Layer, shape: Shape) -> Formula:
    """Format the output shape, each side marked with the arguments that determine it."""
    made = layer.output_shape(shape)
    tried = {each.name: try_other_value(layer, each.name, shape) for each in layer.arguments()}
    others = {name: other.output_shape for name, other in tried.items() if other}
    return times(*(_format_side(made, place, others) for place in range(len(made))))


def _format_side(made: Shape, place: int, others: dict[str, Shape]) -> Part:
    """Mark side number `place` with every argument whose other value changes it."""
    of = [name for name, other in others.items() if len(other) != len(made) or other[place] != made[place]]
    return amount(made[place], *of, OUTPUT)
