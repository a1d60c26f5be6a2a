"""What a confusion matrix says about mistakes."""

from __future__ import annotations

import numpy as np


def find_commonest(confusion: np.ndarray) -> tuple[int, int, int] | None:
    """Find the mistake that was made most often.

    Args:
        confusion: (classes, classes) counts, row = label, column = answer.

    Returns:
        label, answer and how often; the first of several as frequent, row by row. None where nothing was misread.
    """
    mistakes = np.array(confusion, np.int64)
    np.fill_diagonal(mistakes, 0)
    label, answer = np.unravel_index(int(mistakes.argmax()), mistakes.shape)
    most = int(mistakes[label, answer])
    return (int(label), int(answer), most) if most else None
