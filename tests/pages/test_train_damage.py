"""A damaged run on the page Train: one row says so and deletes it, and all other runs are there."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.fake_training import FakeScheduler, press, texts, well
from tests.pages.test_train_runs import completed, store_in


def test_damaged_event_is_reported_in_the_row_of_its_run(
    app: AppTest, scheduler: FakeScheduler, tmp_path: Path
) -> None:
    job_id = completed(app, scheduler)
    other = completed(app, scheduler)
    (path,) = tmp_path.glob(f"*/{job_id}/events.jsonl")
    data = bytearray(path.read_bytes())
    data[data.index(b'"epoch"')] = 0xFF
    path.write_bytes(data)
    app.session_state["followed"] = {}
    for watched in (job_id, other):
        app.session_state["watched"] = watched
        assert well(app.run())
        assert {f"watch-{job_id}", f"watch-{other}"} <= {button.key for button in app.button}
        assert ":orange[1 entry of this run's record is damaged and left out]" in texts(app)


@pytest.mark.parametrize("name", ["a key is missing", "deep", "wrong type"])
def test_damaged_record_is_one_row_that_can_be_deleted(
    app: AppTest, scheduler: FakeScheduler, tmp_path: Path, name: str
) -> None:
    job_id = completed(app, scheduler)
    other = completed(app, scheduler)
    (path,) = tmp_path.glob(f"*/{job_id}/run.json")
    text = path.read_text(encoding="utf-8")
    damaged = {
        "a key is missing": '{"id": 1}',
        "deep": "[" * 100_000,
        "wrong type": text.replace('"created": ', '"created": "now", "x": '),
    }
    path.write_text(damaged[name], encoding="utf-8")
    app.session_state["watched"] = job_id
    assert well(app.run())
    assert f"A run whose record is damaged, so it cannot be shown. Its number is {job_id}." in texts(app)
    assert f"watch-{other}" in {button.key for button in app.button}
    assert well(press(app, f"delete-{job_id}"))
    assert "damaged" not in texts(app)
    assert [run.id for run in store_in(tmp_path).runs()] == [other]
