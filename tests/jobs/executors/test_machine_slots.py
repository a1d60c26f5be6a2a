"""App processes of one machine share the places for trainings: never more at once than the machine has."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from cnnviz.core.training.protocol import Command
from cnnviz.jobs import api
from cnnviz.jobs.api import Scheduler
from cnnviz.jobs.executors import machine_slots
from cnnviz.jobs.executors.local import LocalExecutor
from cnnviz.jobs.executors.machine_slots import PAUSE_SECONDS, MachineSlots
from tests.jobs.app_process import PROGRAM
from tests.jobs.executors.fake_worker import FOR_EVER, PLAIN
from tests.jobs.executors.site import Site
from tests.jobs.fake_executor import Bench, Clock
from tests.server_process import ROOT

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no locks of this kind")

HOLD = """
import sys
from pathlib import Path
from cnnviz.jobs.executors.machine_slots import MachineSlots
assert MachineSlots(Path(sys.argv[1]), 2).take()
print("taken", flush=True)
sys.stdin.read()
"""


@contextmanager
def other_process(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Have another process take a place and keep it."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "taken\n"
        yield process
        process.kill()


def test_places_are_shared_and_those_of_a_killed_process_are_free_again(tmp_path: Path) -> None:
    slots = MachineSlots(tmp_path, 2)
    assert slots.count_free() == 2
    with other_process(tmp_path) as other:
        assert slots.count_free() == 1
        assert slots.take()
        assert not slots.take()
        assert slots.count_free() == 0
        other.kill()
        other.wait()
        assert slots.take()


def test_place_that_was_given_back_is_left_to_the_others_first(tmp_path: Path) -> None:
    clock = Clock()
    mine, other = MachineSlots(tmp_path, 1, clock), MachineSlots(tmp_path, 1, clock)
    assert mine.take()
    mine.give_back()
    assert (mine.count_free(), other.count_free()) == (0, 1)
    clock.now += PAUSE_SECONDS
    assert mine.count_free() == 1
    mine.give_back()  # nothing is taken
    assert mine.count_free() == 1


def test_folder_of_the_places_comes_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(machine_slots.FOLDER_VARIABLE, raising=False)
    assert machine_slots.find(3) is None
    monkeypatch.setenv(machine_slots.FOLDER_VARIABLE, str(tmp_path / "slots"))
    for _ in range(2):  # whoever comes first makes the folder
        found = machine_slots.find(3)
        assert found is not None
        assert found.count_free() == 3


def test_folder_of_the_places_may_be_tidied_away(tmp_path: Path) -> None:
    slots = MachineSlots(tmp_path / "slots", 2)
    assert slots.take()
    shutil.rmtree(tmp_path / "slots")
    assert slots.count_free() == 2
    slots.give_back()


def test_place_that_cannot_be_opened_is_not_free(tmp_path: Path) -> None:
    (tmp_path / "slots").write_bytes(b"")
    slots = MachineSlots(tmp_path / "slots", 2)
    assert slots.count_free() == 0
    assert not slots.take()


@pytest.mark.parametrize(("value", "waiting"), [(None, 40), ("1", 40), ("2", 20), ("41", 40), ("0", 40), ("x", 40)])
def test_processes_share_the_queue_too(value: str | None, waiting: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(api.PROCESSES_VARIABLE, raising=False)
    if value is not None:
        monkeypatch.setenv(api.PROCESSES_VARIABLE, value)
    assert api._read_limits().max_queued == waiting


def test_job_waits_in_front_while_another_process_is_faster() -> None:
    bench = Bench()
    bench.executor.taken_elsewhere = True
    first = bench.submit("ann")
    second = bench.submit("bob")
    assert [bench.scheduler.status(each).position for each in (first, second)] == [1, 2]
    assert bench.executor.started == []
    bench.executor.taken_elsewhere = False
    bench.scheduler.tick()
    assert [bench.state(first), bench.state(second)] == ["running", "queued"]
    assert bench.executor.started[0].attempt == 1


def test_job_that_could_not_be_started_is_cancelled_at_once() -> None:
    bench = Bench()
    bench.executor.taken_elsewhere = True
    job = bench.submit("ann")
    bench.scheduler.command(job, Command("cancel"))
    assert bench.state(job) == "cancelled"


def test_two_schedulers_never_train_more_than_the_machine_has_places_for(tmp_path: Path) -> None:
    def site() -> Site:
        return Site("local", Scheduler(LocalExecutor(1, PROGRAM, slots=MachineSlots(tmp_path, 1))))

    one, other = site(), site()
    with closing(one.scheduler), closing(other.scheduler):
        first = one.submit(FOR_EVER)
        one.reaches(first, "running")
        second, third = other.submit(PLAIN), one.submit(PLAIN)
        assert other.state(second) == one.state(third) == "queued"
        one.scheduler.command(first, Command("cancel"))
        other.reaches(second, "done")
        one.reaches(third, "done")
