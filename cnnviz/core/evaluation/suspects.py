"""Digits of a test set whose label is probably wrong: all networks agree on another one, and are sure of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cnnviz.core.evaluation.evaluation import Evaluation

MIN_NETWORKS = 3
"""Fewer networks that agree say little: those that were trained alike make the same mistakes."""

MIN_CONFIDENCE = 0.8
"""Mean probability of the common answer. One network learned smoothed labels, and is never surer than about 95 %."""


def find(evaluations: Sequence[Evaluation]) -> np.ndarray:
    """Return the indexes of the digits that every network misreads as the same digit, sure of it in the mean.

    The surest come first; none where there are fewer than `MIN_NETWORKS`. All evaluations are about the same digits.
    """
    if len(evaluations) < MIN_NETWORKS:
        return np.zeros(0, np.int64)
    answers = np.stack([each.answers for each in evaluations])
    confidence = np.mean([each.confidences for each in evaluations], axis=0)
    agreed = (answers == answers[0]).all(axis=0) & (answers[0] != evaluations[0].labels)
    (places,) = np.nonzero(agreed & (confidence >= MIN_CONFIDENCE))
    found: np.ndarray = places[np.argsort(-confidence[places], kind="stable")]
    return found
