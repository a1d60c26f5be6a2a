"""What every argument of a layer does to shapes and parameters: in a sentence, and by trying another value."""

from cnnviz.core.arguments.otherwise import Otherwise, otherwise
from cnnviz.core.arguments.sentences import Said, sentence

__all__ = ["Otherwise", "Said", "otherwise", "sentence"]
