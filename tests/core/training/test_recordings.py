"""Recorded trainings: complete, small, bound to plan and data; equal networks are not called different."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from cnnviz.core.errors import Refusal
from cnnviz.core.lessons.pooling import seed_results
from cnnviz.core.lessons.pooling.trio import POOL_NETWORKS
from cnnviz.core.networks import model_store
from cnnviz.core.networks.metrics import CURVES_OF_EVERY_CARD
from cnnviz.core.training import recordings, verdicts
from cnnviz.core.training.experiments import EXPERIMENTS, VALIDATION
from cnnviz.core.training.recordings import MIN_SEEDS, RecordedRun, Recording
from cnnviz.core.training.verdicts import ALIKE, Results

RECORDED = tuple(found for each in EXPERIMENTS.values() if (found := recordings.load(each)) is not None)
PADDING = EXPERIMENTS["padding"]
OTHER_SEEDS = Path(__file__).with_name("other_seeds.json")
"""Shares of cheap arms, trained with seeds that are not recorded: "experiment/arm" -> one a seed."""
LABELS = {"one": "One", "other": "Other"}


def run(seed: int = 1, share: float = 0.9) -> RecordedRun:
    return RecordedRun(seed, share, 0.9, "finished", 1.0, dict.fromkeys(CURVES_OF_EVERY_CARD, (0.5, share)))


def whole() -> Recording:
    recording = Recording("padding", "0" * 64, 5_000, {"keras": "3"}, {})
    for arm in PADDING.arms:
        for seed in range(1, MIN_SEEDS + 1):
            recording = recording.add(arm, run(seed))
    return recording


def test_every_stored_recording_is_whole_and_small() -> None:
    files = sorted((model_store.folder() / recordings.FOLDER).glob("*.json"))
    assert {path.stem for path in files} == {recording.experiment for recording in RECORDED}
    assert sum(path.stat().st_size for path in files) < 2_000_000
    assert {recording.experiment for recording in RECORDED} == set(EXPERIMENTS)
    assert len({recording.data_sha256 for recording in RECORDED}) == 1


@pytest.mark.parametrize("recording", RECORDED, ids=lambda recording: recording.experiment)
def test_a_stored_recording_follows_its_experiment(recording: Recording) -> None:
    experiment = EXPERIMENTS[recording.experiment]
    assert recording.count == experiment.count
    assert recordings.find_missing(experiment, recording, MIN_SEEDS) == []
    for arm in experiment.arms:
        for each in recording.arms[arm.id].runs:
            assert {len(curve) for curve in each.curves.values()} == {arm.plan.epochs}
            if experiment.measure == VALIDATION:
                assert each.share == each.curves["val_accuracy"][-1]
    found = experiment.verdict(Results(recording.get_shares(), recording.count))
    assert found is not None
    assert set(found.possible) <= set(experiment.guesses)


def test_a_recording_comes_back_from_its_file(tmp_path: Path) -> None:
    recordings.write(whole(), tmp_path)
    assert recordings.load(PADDING, tmp_path) == whole()
    assert recordings.read("padding", tmp_path) == whole()


def test_what_is_missing_is_listed_seed_by_seed_so_that_a_recording_goes_on() -> None:
    empty = Recording("padding", "0" * 64, 5_000, {}, {})
    first, *others = recordings.find_missing(PADDING, empty, 2)
    assert [(arm.id, seed) for arm, seed in (first, *others)] == [("valid", 1), ("same", 1), ("valid", 2), ("same", 2)]
    assert recordings.find_missing(PADDING, empty.add(first[0], run(first[1])), 2) == others
    assert recordings.find_missing(PADDING, whole(), MIN_SEEDS) == []


def test_another_plan_is_recorded_anew_and_not_shown(tmp_path: Path) -> None:
    valid, same = PADDING.arms
    other = replace(PADDING, arms=(replace(valid, plan=replace(valid.plan, epochs=7)), same))
    recordings.write(whole(), tmp_path)
    assert recordings.load(other, tmp_path) is None
    assert [(arm.id, seed) for arm, seed in recordings.find_missing(other, whole(), 2)] == [("valid", 1), ("valid", 2)]
    assert len(whole().add(other.arms[0], run()).arms["valid"].runs) == 1
    seeded = replace(valid, plan=replace(valid.plan, seed=99))
    assert recordings.hash_arm(seeded) == recordings.hash_arm(valid)


@pytest.mark.parametrize("damage", ["", "[]", "{}", '{"arms": {"valid": {}}}', "[" * 100_000])
def test_a_damaged_recording_is_none(damage: str, tmp_path: Path) -> None:
    path = recordings.get_path("padding", tmp_path)
    path.parent.mkdir()
    path.write_text(damage)
    assert recordings.load(PADDING, tmp_path) is None
    with pytest.raises(Refusal, match="A recording must list"):
        recordings.read("padding", tmp_path)


def test_a_recording_with_too_few_seeds_is_none(tmp_path: Path) -> None:
    table = whole().to_json()
    table["arms"]["same"]["runs"].pop()
    path = recordings.get_path("padding", tmp_path)
    path.parent.mkdir()
    path.write_text(json.dumps(table))
    assert recordings.load(PADDING, tmp_path) is None


def test_the_spread_is_that_of_the_arms_with_the_nearest_accuracy() -> None:
    assert recordings.estimate_spread((), 0.9) is None
    near, far = recordings.estimate_spread(RECORDED, 0.97), recordings.estimate_spread(RECORDED, 0.4)
    assert near is not None
    assert far is not None
    assert 0.001 < near < 0.01 < far + 0.005


def equals() -> Iterator[tuple[int, tuple[float, ...]]]:
    """Yield digits and shares of trainings that differ in the seed alone."""
    for recording in RECORDED:
        for shares in recording.get_shares().values():
            yield recording.count, shares
    table = seed_results.load()
    for name in POOL_NETWORKS:
        yield 10_000, tuple(each.accuracy for each in table.list_runs(name))


def differs(one: tuple[float, ...], other: tuple[float, ...], count: int, with_spread: bool = True) -> bool:
    spread = recordings.estimate_spread(RECORDED, float(np.mean([*one, *other]))) if with_spread else None
    return verdicts.judge_best(LABELS, Results({"one": one, "other": other}, count, spread)).right != ALIKE


def test_at_most_five_in_a_hundred_equal_networks_are_called_different() -> None:
    single = [((a,), (b,), count) for count, shares in equals() for a, b in combinations(shares, 2)]
    few = [
        (two, tuple(share for share in shares if share not in two), count)
        for count, shares in equals()
        for two in combinations(shares, 2)
        if len(set(shares)) == len(shares)
    ]
    assert min(len(single), len(few)) >= 100
    for pairs in (single, few):
        assert np.mean([differs(*pair) for pair in pairs]) <= 0.05
    # Intervals for other digits alone call three times as many different.
    assert np.mean([differs(*pair, with_spread=False) for pair in single]) > 0.1


def test_equal_networks_with_seeds_that_the_spread_is_not_measured_on_are_not_called_different() -> None:
    """Arms trained anew with seeds 101 to 106, pairwise and beside the recorded trainings of the same arm."""
    among, beside = [], []
    for name, shares in json.loads(OTHER_SEEDS.read_text()).items():
        experiment, arm = name.split("/")
        recording = next(each for each in RECORDED if each.experiment == experiment)
        among += [((one,), (other,), recording.count) for one, other in combinations(shares, 2)]
        beside += [((one,), (other,), recording.count) for one in shares for other in recording.get_shares()[arm]]
    assert min(len(among), len(beside)) >= 100
    for pairs in (among, beside):
        assert np.mean([differs(*pair) for pair in pairs]) <= 0.05
