"""A child process finds what excites the filters of a run's network, and that is kept beside its card."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz.core.errors import Refusal
from cnnviz.core.lessons.filters import patches
from cnnviz.jobs.runs import patch_finder
from cnnviz.jobs.runs.store import RunStore
from tests.jobs.runs.test_downloads import run_id, store
from tests.jobs.runs.test_evaluator import make_data

__all__ = ["run_id", "store"]

pytestmark = pytest.mark.process  # it starts children


def test_patches_are_those_of_our_own_engine_told_step_by_step_and_kept(store: RunStore, run_id: str) -> None:
    assert store.patches(run_id) is None
    data, fractions = make_data(40), list[float]()
    made = patch_finder.find(store, run_id, data, lambda fraction, _: fractions.append(fraction))
    images = data.x_test.astype(np.float32) / np.float32(255)
    (layer, direct), *none = patches.find(store.network(run_id), images, data.y_test).items()
    assert not none
    np.testing.assert_array_equal(made.layers[layer].digits, direct.digits)
    np.testing.assert_array_equal(made.layers[layer].pixels, direct.pixels)
    assert made.layers[layer].patterns.tolist() == direct.patterns.tolist()
    assert fractions == pytest.approx(np.arange(1, patch_finder.STEPS + 1) / patch_finder.STEPS)
    kept = store.patches(run_id)
    assert kept is not None
    assert kept.about == {**made.about, "digits": 40, "data": data.name}
    np.testing.assert_array_equal(kept.layers[layer].values, made.layers[layer].values)


def test_what_was_kept_for_other_weights_or_is_damaged_counts_as_none(store: RunStore, run_id: str) -> None:
    store.keep_patches(run_id, b"no patches")
    assert store.patches(run_id) is None
    other = patches.NetworkPatches({"weights_sha256": "f" * 64}, {})
    store.keep_patches(run_id, patches.to_bytes(other))
    assert store.patches(run_id) is None


def test_a_run_without_a_result_and_a_child_that_fails_are_refused_in_words(
    store: RunStore, run_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patch_finder, "WORKER", "no_such_worker")
    with pytest.raises(Refusal, match="could not be searched"):
        patch_finder.find(store, run_id, make_data(9))
    monkeypatch.setattr(RunStore, "card", lambda *_: None)
    with pytest.raises(Refusal, match="has not ended"):
        patch_finder.find(store, run_id, make_data(9))
