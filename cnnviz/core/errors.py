"""Refusals: errors whose message tells a learner what cannot be done, why, and what to do next."""

import reprlib
from typing import Any

MAX_LENGTH = 300
"""Characters of a message."""
VALUE_LENGTHS = (80, 60, 40, 20, 10)
"""Lengths to which values are shortened, tried in this order."""


class Refusal(ValueError):  # noqa: N818  (an answer to the learner, not an error of the program)
    """Raised when a request cannot be met; the message explains it in plain words.

    `str(refusal)` is the template filled in, at most `MAX_LENGTH` characters: values are shortened until it fits, so
    that the advice at its end is never cut off.

    Attributes:
        template: English sentence with `{fields}`. It is the key of the translation, so it never contains a value.
        values: Values of the fields: numbers as they are, everything else as short text, because it is often untrusted.
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
        return {"template": self.template, "values": dict(self.values)}

    @classmethod
    def from_json(cls, data: object) -> "Refusal":
        """Return the refusal that `to_json` described.

        Raises `Refusal` for anything else: other keys, a value that is neither text nor a number, or a template whose
        fields the values do not fill.
        """
        if isinstance(data, dict) and data.keys() == {"template", "values"}:
            template, values = data["template"], data["values"]
            if isinstance(template, str) and isinstance(values, dict) and all(map(_is_plain, values.items())):
                try:
                    return cls(template, **values)
                except (LookupError, AttributeError, TypeError, ValueError):
                    pass  # `str.format` has no single exception for a template that cannot be filled
        raise Refusal(
            "A refusal must have a `template` and the `values` of its fields. Received: {value}. Train again.",
            value=data,
        )


def _clip(text: str, length: int) -> str:
    """Cut `text` to `length` characters, the last one an ellipsis if it was longer."""
    return text if len(text) <= length else text[: length - 1] + "…"


def _is_plain(item: tuple[object, object]) -> bool:
    name, value = item
    return isinstance(name, str) and isinstance(value, (str, int, float))


def _shorten(value: object, length: int) -> object:
    if isinstance(value, (int, float)):
        return value
    return _clip(value if isinstance(value, str) else reprlib.repr(value), length)
