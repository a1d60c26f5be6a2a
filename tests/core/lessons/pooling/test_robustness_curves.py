"""Curves over many digits: bands against SciPy, and cases with a known outcome."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from cnnviz.core.errors import Refusal
from cnnviz.core.inference import trace
from cnnviz.core.inference.perturbations import PERTURBATIONS, shift
from cnnviz.core.lessons.pooling import robustness_curves
from cnnviz.core.lessons.pooling.robustness_curves import (
    KINDS,
    SHIFT,
    Curve,
    Measurement,
    Robustness,
    bootstrap_interval,
    get_amounts,
    perturb,
)
from cnnviz.core.lessons.pooling.trio import POOL_NETWORKS
from cnnviz.core.training.confidence import compute_wilson_interval
from tests.core.networks import small_network


def test_a_bootstrapped_interval_is_scipys() -> None:
    values = np.random.default_rng(2).random((200, 3))
    low, high = bootstrap_interval(values)
    for column in range(3):
        expected = stats.bootstrap(
            (values[:, column],),
            np.mean,
            method="percentile",
            n_resamples=4_000,
            rng=np.random.default_rng(3),
        ).confidence_interval
        assert (low[column], high[column]) == pytest.approx((expected.low, expected.high), abs=0.005)


def test_shifts_go_in_all_four_directions() -> None:
    digits = np.stack([small_network.digit(0), small_network.digit(1)])
    found = perturb(digits, SHIFT, 3)
    assert found.shape == (4, 2, 28, 28)
    for way, (down, right) in zip(found, [(-3, 0), (3, 0), (0, -3), (0, 3)], strict=True):
        np.testing.assert_array_equal(way[1], shift(digits[1], down, right))


@pytest.mark.parametrize("kind", PERTURBATIONS)
def test_other_perturbations_go_one_way(kind: str) -> None:
    digits = np.stack([small_network.digit(0), small_network.digit(1)])
    last = len(get_amounts(kind)) - 1
    np.testing.assert_array_equal(perturb(digits, kind, last)[0, 1], PERTURBATIONS[kind].series(digits[1])[last])


def test_what_is_measured_is_what_the_network_answers() -> None:
    network, digits = small_network.network(), np.stack([small_network.digit(seed) for seed in range(6)])
    series = [perturb(digits, SHIFT, distance) for distance in (0, 2)]
    original = trace.predict(network, digits)
    labels = original.argmax(axis=1)
    labels[0] = (labels[0] + 1) % 10
    found = robustness_curves.measure(network, series, 0, labels)
    np.testing.assert_array_equal(found.right[:, 0], [0, 1, 1, 1, 1, 1])
    np.testing.assert_allclose(found.confidence[:, 0], original.max(axis=1), atol=1e-6)
    moved = [trace.predict(network, way)[2, original[2].argmax()] for way in series[1]]
    assert found.confidence[2, 1] == pytest.approx(np.mean(moved), abs=1e-6)


def test_a_share_of_single_cases_has_wilsons_band_and_seeds_their_range() -> None:
    random = np.random.default_rng(0)
    one, other = (
        Measurement((random.random((50, 4)) < share).astype(float), random.random((50, 4))) for share in (0.9, 0.5)
    )
    found = robustness_curves.summarize("rotate", one, [one, other])
    share = one.right.mean(axis=0)
    for place in range(4):
        assert [row[place] for row in found.right] == pytest.approx(
            [share[place], *compute_wilson_interval(float(share[place]), 50)], abs=1e-4
        )
    assert found.seeds_right[0] == pytest.approx(other.right.mean(axis=0), abs=1e-4)
    assert found.confidence[1] < found.confidence[0] < found.confidence[2]
    low, _ = bootstrap_interval(one.right)
    assert robustness_curves.summarize(SHIFT, one, [one]).right[1] == pytest.approx(low, abs=1e-4)


def robustness() -> Robustness:
    def curve(kind: str) -> Curve:
        row = tuple(0.5 for _ in get_amounts(kind))
        return Curve((row, row, row), (row, row, row), (row, row), (row, row))

    return Robustness({"digits": 9}, {kind: {name: curve(kind) for name in POOL_NETWORKS} for kind in KINDS})


def test_curves_are_the_same_after_writing_and_reading(tmp_path: Path) -> None:
    robustness_curves.write(robustness(), tmp_path)
    assert robustness_curves.load(tmp_path) == robustness()
    assert robustness().count == 9


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data["curves"].pop("noise"),
        lambda data: data["curves"]["noise"].pop("pool-max"),
        lambda data: data["curves"]["noise"]["pool-max"].update(right=[[0.5]] * 3),
        lambda data: data["curves"]["noise"]["pool-max"]["right"][0].__setitem__(0, 1.5),
        lambda data: data["amounts"].update(rotate=[1.0]),
        lambda data: data.pop("about"),
        lambda data: data.update(curves=[]),
    ],
)
def test_damaged_curves_are_refused(damage) -> None:
    data = json.loads(json.dumps(robustness().to_json()))
    damage(data)
    with pytest.raises(Refusal):
        Robustness.from_json(data)


def test_missing_curves_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"measure_pooling\.py"):
        robustness_curves.load(tmp_path)


def test_bands_are_as_wide_as_digits_and_seeds_together() -> None:
    row = (0.9, 0.8)
    alike = Curve((row, (0.88, 0.77), (0.92, 0.83)), (row, row, row), (row, row), (row, row))
    assert alike.compute_band("right") == alike.right
    apart = Curve(alike.right, alike.confidence, ((0.88, 0.8), (0.92, 0.8)), ((0.88, 0.8), (0.92, 0.8)))
    _, low, high = apart.compute_band("right")
    seeds = 1.96 * 0.04 / 2.326
    assert low == pytest.approx((0.9 - np.hypot(0.02, seeds), 0.77), abs=1e-4)
    assert high == pytest.approx((0.9 + np.hypot(0.02, seeds), 0.83), abs=1e-4)
    assert apart.compute_band("confidence")[1][0] == pytest.approx(0.9 - seeds, abs=1e-4)
