"""The mistake that a confusion matrix shows most often."""

from __future__ import annotations

import numpy as np

from cnnviz.core.training import mistakes


def test_what_was_read_right_is_no_mistake() -> None:
    assert mistakes.find_commonest(np.eye(10, dtype=np.int32) * 90) is None
    assert mistakes.find_commonest(np.zeros((10, 10), np.int32)) is None


def test_commonest_mistake_has_label_answer_and_count() -> None:
    counts = np.eye(10, dtype=np.int32) * 90
    counts[4, 9], counts[9, 4], counts[3, 5] = 7, 6, 7
    assert mistakes.find_commonest(counts) == (3, 5, 7), "the first of two as frequent"
    counts[4, 9] = 8
    assert mistakes.find_commonest(counts) == (4, 9, 8)
    assert counts[4, 4] == 90, "the counts are left alone"
