"""What one network may cost a server that many share."""

from cnnviz.core.errors import Refusal

MAX_PARAMETERS = 20_000_000
MAX_VALUES = 4_000_000
MAX_MULTIPLICATIONS = 1_000_000_000


def check(parameters: int, multiplications: int, values: int) -> None:
    """Raise `Refusal` where one of the numbers, known from shapes alone, would take too much memory or time.

    `multiplications` are those of one image, `values` those of the largest layer.
    """
    for what, number, most in (
        ("parameters", parameters, MAX_PARAMETERS),
        ("values in one layer", values, MAX_VALUES),
        ("multiplications", multiplications, MAX_MULTIPLICATIONS),
    ):
        if number > most:
            raise Refusal(
                "A network may have at most {most:,} {what}. Received: {number:,}. Use fewer filters or units, or "
                "shrink the image earlier.",
                what=what,
                most=most,
                number=number,
            )
