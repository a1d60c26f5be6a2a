"""Own variants beside one another on Train: another seed is in the verdict, and more seeds are one click away."""

from __future__ import annotations

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.ui.training.experiments import recorded
from tests.pages.fake_training import FakeScheduler, finish, learn, press, texts, well


def train(app: AppTest, scheduler: FakeScheduler) -> str:
    before = set(scheduler.jobs)
    app.session_state["train_view"] = "build"
    press(app.run(), "train")
    (job_id,) = set(scheduler.jobs) - before
    learn(scheduler, job_id)
    finish(scheduler, job_id)
    return job_id


def two_variants(app: AppTest, scheduler: FakeScheduler) -> tuple[str, str]:
    """Train two plans that differ in the number of epochs and lay one over the other."""
    first = train(app, scheduler)
    app.session_state["train_view"] = "build"
    app.run()
    draft = app.session_state["recipe"]
    app.session_state["recipe"] = draft.change(epochs=draft.values["epochs"] + 1)
    second = train(app, scheduler)
    app.session_state["compared"] = (first,)
    assert well(app.run())
    return first, second


def test_one_seed_each_says_how_far_another_moves_the_result(
    app: AppTest, scheduler: FakeScheduler, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_variants(app, scheduler)
    assert "how far another seed moves the results was not measured here" in texts(app)
    monkeypatch.setattr(recorded, "estimate_spread", lambda *_: 0.0042)
    said = texts(app.run())
    assert "Another seed moves a result by about ±0.4 points" in said
    assert "cannot be told apart" in said


def test_one_click_trains_both_with_two_more_seeds(app: AppTest, scheduler: FakeScheduler) -> None:
    first, second = two_variants(app, scheduler)
    press(app, "more-seeds")
    assert well(app)
    while active := set(scheduler.active()):
        for job_id in active:
            learn(scheduler, job_id)
            finish(scheduler, job_id)
        app.run()
    new = [job for job_id, (job, _) in scheduler.jobs.items() if job_id not in (first, second)]
    plans = {scheduler.jobs[job_id][0].plan for job_id in (first, second)}
    seed = max(plan.seed for plan in plans)
    assert sorted(job.plan.seed for job in new) == [seed + 1, seed + 1, seed + 2, seed + 2]
    assert {replace(job.plan, seed=seed) for job in new} == {replace(plan, seed=seed) for plan in plans}
    assert "mean of 3 seeds each" in texts(app.run())
