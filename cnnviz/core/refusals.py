"""Refusals: sentences that tell a learner what could not be done, why, and what to do next."""

MAXIMUM_LENGTH = 300
MAXIMUM_VALUE_LENGTH = 60


class Refusal(ValueError):  # noqa: N818  (it is an answer to the learner, not a fault of the program)
    """Something asked for that cannot be done, in plain words.

    `template` is an English sentence with `{fields}`; it is also the key under which a translation is found, so it
    never contains a value. `values` fill the fields. `str(refusal)` is the filled sentence, at most 300 characters.
    Texts among the values are shortened to 60 characters, because they often come from a stranger.
    """

    def __init__(self, template: str, **values: object) -> None:
        self.template = template
        self.values = {name: _shortened(value) for name, value in values.items()}
        super().__init__(clipped(template.format(**self.values), MAXIMUM_LENGTH))


def clipped(text: str, length: int) -> str:
    """`text` with at most `length` characters, the last one an ellipsis where something was left out."""
    return text if len(text) <= length else text[: length - 1] + "…"


def _shortened(value: object) -> object:
    """Numbers as they are, so that a template can format them; everything else as short text."""
    if isinstance(value, (int, float)):
        return value
    return clipped(value if isinstance(value, str) else _text(value), MAXIMUM_VALUE_LENGTH)


def _text(value: object) -> str:
    """`repr` that works on the head of a long text, list or mapping only."""
    import reprlib

    return reprlib.repr(value)
