"""What the layers of a network are called on screen: in words, and as Keras calls them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from cnnviz.core.layers import Layer
from cnnviz.core.layers.naming import name_in_words
from cnnviz.ui.i18n import current_language, translate


def in_words(layers: Iterable[Layer]) -> Mapping[str, str]:
    """Return name in Keras -> name in words for the layers of a network, in the visitor's language."""
    return _in_words(tuple(layers), current_language())


def in_full(layers: Iterable[Layer]) -> Mapping[str, str]:
    """Return name in Keras -> both names: conv2d -> Convolution 1 · conv2d."""
    return {name: f"{words} · {name}" for name, words in in_words(layers).items()}


@lru_cache(maxsize=64)
def _in_words(layers: tuple[Layer, ...], language: str) -> Mapping[str, str]:  # noqa: ARG001 (a part of the key)
    found = {}
    for name, message in name_in_words(layers).items():
        values = dict(message.values)
        if "kind" in values:
            values["kind"] = translate(str(values["kind"]))
        found[name] = translate(message.template, **values)
    return found
