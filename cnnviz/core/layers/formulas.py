"""Numbers and formulas as text, with the signs of a textbook."""

import math


def count(value: int) -> str:
    """1199882 as "1,199,882"."""
    return f"{value:,}"


def product(*factors: int) -> str:
    """(3, 3, 1) as "3 × 3 × 1"."""
    return " × ".join(count(factor) for factor in factors)


def product_result(*factors: int) -> str:
    """(12, 12, 64) as "12 × 12 × 64 = 9,216"."""
    return f"{product(*factors)} = {count(math.prod(factors))}"


def rows_and_columns(rows: str, columns: str) -> str:
    """One formula where height and width have the same, otherwise both."""
    return rows if rows == columns else f"{rows} ; {columns}"
