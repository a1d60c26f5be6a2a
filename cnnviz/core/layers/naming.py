"""What layers are called: by Keras where it is given no name, and in words."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from cnnviz.core.layers.layer import Layer
from cnnviz.core.messages import Message, gettext_noop

OUTPUT = gettext_noop("Output")
"""The dense layer at the end of a network."""

NUMBERED = gettext_noop("{kind} {number}")
"""One of several layers of a kind."""


def iterate_keras_names(kinds: Iterable[str]) -> Iterator[str]:
    """Yield the names that Keras gives layers of these kinds, as `keras.src.utils.naming` does in a fresh process."""
    seen: dict[str, int] = {}
    for kind in kinds:
        words = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", kind)
        name = re.sub("([a-z])([A-Z])", r"\1_\2", words).lower()
        number = seen.get(name, 0)
        seen[name] = number + 1
        yield f"{name}_{number}" if number else name


def name_in_words(layers: Sequence[Layer]) -> Mapping[str, Message]:
    """Return what each layer of a network is called in words, by its name in Keras: conv2d_1 -> Convolution 2.

    Layers are counted by kind, from 1, where there are several of it. A dense layer at the end is the output. The field
    `kind` of a message is itself a message of the catalogue.
    """
    titles = [layer.title for layer in layers]
    if layers and layers[-1].kind == "Dense":
        titles[-1] = OUTPUT
    several = {title for title, number in Counter(titles).items() if number > 1}
    seen: Counter[str] = Counter()
    found = {}
    for layer, title in zip(layers, titles, strict=True):
        seen[title] += 1
        values = {"kind": title, "number": seen[title]}
        found[layer.name] = Message(NUMBERED, values) if title in several else Message(title, {})
    return found
