"""The names that Keras gives to layers created without one."""

import re
from collections.abc import Iterable, Iterator


def iterate_keras_names(kinds: Iterable[str]) -> Iterator[str]:
    """Yield the names that Keras gives layers of these kinds, as `keras.src.utils.naming` does in a fresh process."""
    seen: dict[str, int] = {}
    for kind in kinds:
        words = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", kind)
        name = re.sub("([a-z])([A-Z])", r"\1_\2", words).lower()
        number = seen.get(name, 0)
        seen[name] = number + 1
        yield f"{name}_{number}" if number else name
