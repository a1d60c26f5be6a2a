"""Refusals after a click say what to do, in the words of the page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cnnviz.core.errors import Refusal
from cnnviz.core.training.plan_draft import make_default_draft
from cnnviz.jobs.runs import quota, store
from cnnviz.jobs.runs.store import RunStore
from cnnviz.jobs.scheduler import errors
from cnnviz.jobs.scheduler.job_state import DEFAULT_LIMITS
from tests.jobs.runs.test_planner import job


def already() -> None:
    raise errors.already_active()


def stop_early_without_digits(_: Path) -> None:
    raise make_default_draft(1_000).change(check=0, patience=2).problems(1_000)["patience"]


def learn_from_too_many(_: Path) -> None:
    raise make_default_draft(960).change(learn=961).problems(960)["learn"]


def keep_too_many(home: Path) -> None:
    for _ in range(store.MAX_RUNS + 1):
        RunStore("0" * 32, home).create(job(), "Run")


def fill_the_disk(home: Path) -> None:
    (home / ("0" * 32) / ("0" * 16)).mkdir(parents=True)
    (home / ("0" * 32) / ("0" * 16) / "x").write_bytes(b"0" * 2_000)
    quota.check(home)


@pytest.mark.parametrize(
    ("refused", "advice"),
    [
        (lambda _: errors.check_limits(2, 0, DEFAULT_LIMITS), "choose it under “Your runs”, then press “Cancel”"),
        (lambda _: errors.check_limits(0, 10_000, DEFAULT_LIMITS), "press the button again in a few minutes"),
        (lambda _: already(), "Watch it here; once it has ended it can go on."),
        (stop_early_without_digits, "Choose some under “Pictures to check with”, or switch “Stop early” off."),
        (learn_from_too_many, "“Pictures to learn from” must be a whole number from 10 to 960"),
        (keep_too_many, "“More” beside a run, then “Delete this run”."),
        (fill_the_disk, "(“More”, “Delete this run”)"),
    ],
)
def test_a_refused_click_says_what_to_do(
    refused: Callable[[Path], None], advice: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "MAX_RUNS", 2)
    monkeypatch.setenv(quota.LIMIT_VARIABLE, "1e-6" if refused is fill_the_disk else "1")
    with pytest.raises(Refusal) as reason:
        refused(tmp_path)
    assert advice in str(reason.value)
    assert "learner" not in str(reason.value)
