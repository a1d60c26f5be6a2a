"""Limits on memory and time of one network, for a server shared by many visitors."""

from cnnviz.core.errors import Refusal
from cnnviz.core.messages import Message, gettext_noop

MAX_PARAMETERS = 20_000_000
MAX_VALUES = 4_000_000
"""Output values of one layer."""
MAX_TOTAL_VALUES = 32_000_000
"""Output values of all layers together, which a trace keeps."""
MAX_MULTIPLICATIONS = 1_000_000_000
"""Multiplications for one image."""


def check(parameters: int, multiplications: int, values: int, total_values: int = 0) -> None:
    """Refuse a network that exceeds a limit; the numbers are known from shapes alone.

    Args:
        parameters: Number of weights.
        multiplications: Number for one image.
        values: Number of output values of the largest layer.
        total_values: Number of output values of all layers.

    Raises:
        Refusal: If one of them is too large.
    """
    for what, number, most in (
        (gettext_noop("parameters"), parameters, MAX_PARAMETERS),
        (gettext_noop("values in one layer"), values, MAX_VALUES),
        (gettext_noop("values in all layers"), total_values, MAX_TOTAL_VALUES),
        (gettext_noop("multiplications"), multiplications, MAX_MULTIPLICATIONS),
    ):
        if number > most:
            raise Refusal(
                "A network may have at most {most:,} {what}. Received: {number:,}. Use fewer filters or units, or "
                "shrink the image earlier, as a pooling before Flatten does.",
                what=Message(what),
                most=most,
                number=number,
            )
