"""Sentences that are shown to visitors, for those that are written away from where they are shown."""

from collections.abc import Mapping
from dataclasses import dataclass


def gettext_noop(message: str) -> str:
    """Return `message` unchanged; tells the extraction of texts that it belongs in the catalogue."""
    return message


@dataclass(frozen=True)
class Message:
    """`template`: a marked sentence with {fields}; `values`: what fills them."""

    template: str
    values: Mapping[str, object]

    def __str__(self) -> str:
        return self.template.format(**self.values)
