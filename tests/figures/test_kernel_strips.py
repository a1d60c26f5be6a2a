"""Kernels stacked as strips: every weight where its channel and row say."""

from __future__ import annotations

import numpy as np

from cnnviz.figures import kernel_strips


def test_channels_stand_below_one_another_with_a_gap() -> None:
    kernels = np.random.default_rng(0).normal(size=(3, 2, 4, 5)).astype(np.float32)
    strips = kernel_strips.stack_channels(kernels)
    assert strips.shape == (4 * 4 - 1, 2, 5)
    for row, values in enumerate(strips):
        place = kernel_strips.place_row(row, 3)
        if place is None:
            assert np.isnan(values).all()
        else:
            channel, within = place
            assert np.array_equal(values, kernels[within, :, channel])


def test_kernels_of_one_channel_stay_as_they_are() -> None:
    kernels = np.arange(18, dtype=np.float32).reshape(3, 3, 1, 2)
    assert np.array_equal(kernel_strips.stack_channels(kernels), kernels[:, :, 0])
