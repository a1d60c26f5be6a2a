"""All visitors together cannot fill the disk, and only long unused runs are deleted."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from cnnviz.core.errors import Refusal
from cnnviz.jobs.runs import quota
from cnnviz.jobs.runs.quota import DEFAULT_LIMIT_GB, MAX_MEASUREMENT_AGE, MIN_KEPT_DAYS
from cnnviz.jobs.runs.store import RunStore
from tests.jobs import fake_executor

DAY = 86_400.0


def visitor(home: Path) -> RunStore:
    return RunStore(fake_executor.owner(), home)


def taken(home: Path, size: int = 100_000, days: float = 0.0) -> tuple[RunStore, str]:
    """Create a run of another visitor, of this many bytes, last changed `days` days ago."""
    store = visitor(home)
    run = store.create(fake_executor.job(), "a run").id
    place = home / store.owner / run
    (place / "checkpoint.safetensors").write_bytes(bytes(size))
    then = time.time() - days * DAY
    for path in place.iterdir():
        os.utime(path, (then, then))
    return store, run


@pytest.fixture
def _half_a_megabyte(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNNVIZ_RUNS_GB", "0.0005")


@pytest.fixture(autouse=True)
def _measured_always(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quota, "MAX_MEASUREMENT_AGE", 0.0)


def ids(*stores: RunStore) -> list[str]:
    return [run.id for store in stores for run in store.runs()]


@pytest.mark.usefixtures("_half_a_megabyte")
def test_quota_holds_for_all_visitors_together(tmp_path: Path) -> None:
    stores = [taken(tmp_path)[0] for _ in range(5)]
    with pytest.raises(Refusal, match=r"0\.0005 GB"):
        visitor(tmp_path).create(fake_executor.job(), "one too many")
    assert len(ids(*stores)) == 5
    (run,) = stores[0].runs()
    stores[0].delete(run.id)
    visitor(tmp_path).create(fake_executor.job(), "there is room again")


@pytest.mark.usefixtures("_half_a_megabyte")
def test_old_runs_are_deleted_oldest_first(tmp_path: Path) -> None:
    days = (MIN_KEPT_DAYS + 1, MIN_KEPT_DAYS + 9, MIN_KEPT_DAYS - 1, 0, MIN_KEPT_DAYS + 5)
    made = [taken(tmp_path, days=age) for age in days]
    new = visitor(tmp_path)
    new.create(fake_executor.job(), "a new one")
    assert ids(*(store for store, _ in made)) == [made[place][1] for place in (0, 2, 3, 4)]
    assert len(new.runs()) == 1


def test_old_runs_stay_while_there_is_room(tmp_path: Path) -> None:
    store, run = taken(tmp_path, days=MIN_KEPT_DAYS * 10)
    visitor(tmp_path).create(fake_executor.job(), "a new one")
    assert ids(store) == [run]


@pytest.mark.usefixtures("_half_a_megabyte")
def test_folder_without_record_counts_and_is_deleted_too(tmp_path: Path) -> None:
    store, run = taken(tmp_path, size=600_000, days=MIN_KEPT_DAYS + 1)
    place = tmp_path / store.owner / run
    (place / "run.json").unlink()
    visitor(tmp_path).create(fake_executor.job(), "a new one")
    assert not place.exists()


@pytest.mark.usefixtures("_half_a_megabyte")
def test_other_files_are_never_deleted(tmp_path: Path) -> None:
    other = tmp_path / "somebody" / "photographs"
    other.mkdir(parents=True)
    (other / "large.png").write_bytes(bytes(600_000))
    os.utime(other / "large.png", (0.0, 0.0))
    taken(tmp_path)
    assert (other / "large.png").exists()


@pytest.mark.usefixtures("_half_a_megabyte")
def test_measurement_is_reused_for_a_while(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quota, "MAX_MEASUREMENT_AGE", MAX_MEASUREMENT_AGE)
    for _ in range(7):
        taken(tmp_path)
    monkeypatch.setattr(quota, "MAX_MEASUREMENT_AGE", 0.0)
    with pytest.raises(Refusal, match="used up"):
        taken(tmp_path)


@pytest.mark.parametrize(
    ("setting", "limit"),
    [
        ("5", 5.0),
        ("0.5", 0.5),
        ("", DEFAULT_LIMIT_GB),
        ("0", DEFAULT_LIMIT_GB),
        ("much", DEFAULT_LIMIT_GB),
        ("nan", DEFAULT_LIMIT_GB),
    ],
)
def test_limit_is_configurable(setting: str, limit: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNNVIZ_RUNS_GB", setting)
    assert quota.read_limit_gb() == limit
