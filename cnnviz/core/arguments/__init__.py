"""Explain the arguments of a layer: in a sentence, and by trying another value."""

from cnnviz.core.arguments.other_value import OtherValue, affects_shape, try_other_value
from cnnviz.core.arguments.sentences import Message, describe_argument
from cnnviz.core.arguments.shapes import format_input_shape, format_output_shape

__all__ = [
    "Message",
    "OtherValue",
    "affects_shape",
    "describe_argument",
    "format_input_shape",
    "format_output_shape",
    "try_other_value",
]
