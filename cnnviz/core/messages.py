"""Translatable sentences that are written in one place and shown in another."""

from collections.abc import Mapping
from dataclasses import dataclass, field


def gettext_noop(message: str) -> str:
    """Return `message` unchanged; marks it for extraction into the catalogue."""
    return message


@dataclass(frozen=True)
class Message:
    """A translatable sentence with the values of its fields.

    Attributes:
        template: Sentence with `{fields}`, marked by `gettext_noop`.
        values: What fills the fields; a message among them is a part that is translated as well.
    """

    template: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        """Return the English sentence, filled in."""
        return self.template.format(**self.values)
