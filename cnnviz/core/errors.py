"""Refusals: errors whose message tells a learner what cannot be done, why, and what to do next."""

import contextlib
import reprlib
import string
from typing import Any

from cnnviz.core.messages import Message
from cnnviz.core.visible_text import keep_visible

MAX_LENGTH = 300
"""Characters of a message."""
MAX_DEPTH = 4
"""Messages that are parts of one another, read from JSON."""
VALUE_LENGTHS = (80, 60, 40, 20, 10)
"""Lengths to which values are shortened, tried in this order."""


class Refusal(ValueError):  # noqa: N818  (an answer to the learner, not an error of the program)
    """Raised when a request cannot be met; the message explains it in plain words.

    `str(refusal)` is the template filled in, at most `MAX_LENGTH` characters: values are shortened until it fits, so
    that the advice at its end is never cut off.

    Attributes:
        template: English sentence with `{fields}`. It is the key of the translation, so it never contains a value.
        values: Values of the fields: numbers as they are, a `Message` for a part that is translated as well, everything
            else as short visible text, because it is often untrusted.
    """

    def __init__(self, template: str, /, **values: object) -> None:
        self.template = template
        for length in VALUE_LENGTHS:
            self.values = {name: _shorten(value, length) for name, value in values.items()}
            sentence = template.format(**self.values)
            if len(sentence) <= MAX_LENGTH:
                break
        super().__init__(_clip(sentence, MAX_LENGTH))

    def to_json(self) -> dict[str, Any]:
        """Return this refusal as plain data for `json.dumps`: its `template` and its `values`."""
        return _to_json(self.message)

    @property
    def message(self) -> Message:
        """This refusal as a message, to be a part of another one."""
        return Message(self.template, self.values)

    @classmethod
    def from_json(cls, data: object) -> "Refusal":
        """Return the refusal that `to_json` described.

        Raises `Refusal` for anything else: other keys, a value that is neither text nor a number nor a message, or a
        template that names more than whole values.
        """
        with contextlib.suppress(LookupError, AttributeError, TypeError, ValueError):
            read = _from_json(data)  # `str.format` has no single exception for a template that cannot be filled
            return cls(read.template, **read.values)
        raise Refusal(
            "A refusal must have a `template` and the `values` of its fields. Received: {value}. Train again.",
            value=data,
        )


def _clip(text: str, length: int) -> str:
    """Cut `text` to `length` characters, the last one an ellipsis if it was longer."""
    return text if len(text) <= length else text[: length - 1] + "…"


def _to_json(message: Message) -> dict[str, Any]:
    values = {name: _to_json(value) if isinstance(value, Message) else value for name, value in message.values.items()}
    return {"template": message.template, "values": values}


def _from_json(data: object, depth: int = 0) -> Message:
    """Return a message whose values are numbers, text and messages. Raises `TypeError` for anything else."""
    if isinstance(data, dict) and data.keys() == {"template", "values"} and depth < MAX_DEPTH:
        template, values = data["template"], data["values"]
        if isinstance(template, str) and isinstance(values, dict) and _is_plain(template, values):
            read = {
                name: value if isinstance(value, (str, int, float)) else _from_json(value, depth + 1)
                for name, value in values.items()
            }
            return Message(template, read)
    raise TypeError("this is no message")


def _is_plain(template: str, values: dict[Any, object]) -> bool:
    """Return whether a template names whole values alone, in no form but that of large numbers.

    It may come from a process that a stranger's file has taken over: others could ask for what lies behind a value, or
    for a line of a billion spaces.
    """
    fields = [(name, form) for _, name, form, _ in string.Formatter().parse(template) if name is not None]
    return all(isinstance(name, str) for name in values) and all(
        name in values and form in ("", ",", "g") for name, form in fields
    )


def _shorten(value: object, length: int) -> object:
    if isinstance(value, (int, float)):
        return value
    if isinstance(value, Message):
        return Message(value.template, {name: _shorten(part, length) for name, part in value.values.items()})
    text = _clip(value if isinstance(value, str) else reprlib.repr(value), length)
    return keep_visible(text, "?")  # half of a surrogate pair cannot even be sent
