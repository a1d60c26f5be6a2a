"""What every argument of a layer does to shapes and parameters: in a sentence, and by trying another value."""

from cnnviz.core.arguments.otherwise import Otherwise, matters, otherwise
from cnnviz.core.arguments.sentences import Message, sentence
from cnnviz.core.arguments.shapes import input_parts, output_parts

__all__ = ["Message", "Otherwise", "input_parts", "matters", "otherwise", "output_parts", "sentence"]
