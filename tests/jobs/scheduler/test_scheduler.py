"""The scheduler's rules, without a process: turns, limits, leases, retries, and what stays known."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.core.errors import Refusal
from cnnviz.core.training.protocol import Command, Event
from cnnviz.jobs import api
from cnnviz.jobs.protocol.event_log import LARGE_KINDS, EventLog
from cnnviz.jobs.protocol.executor import WorkItem
from cnnviz.jobs.scheduler.fair_queue import FairQueue
from cnnviz.jobs.scheduler.job_state import DEFAULT_LIMITS, Limits
from cnnviz.jobs.scheduler.scheduler import NOT_FOUND_SECONDS
from tests.jobs import fake_executor
from tests.jobs.fake_executor import Bench


@pytest.fixture
def bench() -> Bench:
    return Bench()


# --- turns


@given(st.lists(st.tuples(st.sampled_from("abcde"), st.booleans()), max_size=60))
def test_no_owner_gets_two_turns_while_another_waits(steps: list[tuple[str, bool]]):
    """An owner who waits during another owner's turn has a turn before that owner's next."""
    queue, waiting = FairQueue(), Counter[str]()
    passed_over: dict[str, set[str]] = {}
    for number, (owner, taking) in enumerate(steps):
        if not taking:
            queue.add(owner, f"{owner}{number}")
            waiting[owner] += 1
            continue
        job = queue.take(())
        assert (job is None) == (waiting.total() == 0)
        if job is None:
            continue
        taker = job[0]
        assert not passed_over.get(taker, set()) & set(+waiting), "they have waited since this owner's last turn"
        waiting[taker] -= 1
        for others in passed_over.values():
            others.discard(taker)
        passed_over[taker] = {each for each in +waiting if each != taker}


@given(st.lists(st.sampled_from("abcde"), max_size=20))
def test_take_follows_order(owners: list[str]):
    queue = FairQueue()
    for number, owner in enumerate(owners):
        queue.add(owner, f"{owner}{number}")
    order = list(queue.order())
    assert order == [queue.take(()) for _ in owners]
    assert sorted(order) == sorted(f"{owner}{number}" for number, owner in enumerate(owners))


@given(st.lists(st.sampled_from("abc"), max_size=12), st.sets(st.sampled_from("abc")))
def test_busy_owner_is_skipped_and_keeps_the_place(owners: list[str], busy: set[str]):
    queue = FairQueue()
    for number, owner in enumerate(owners):
        queue.add(owner, f"{owner}{number}")
    first = next((job for job in queue.order() if job[0] not in busy), None)
    assert queue.take(busy) == first


def test_owners_take_turns_with_one_running_job_each(bench: Bench):
    bench.executor.slots = 2
    ann, bob, cid = "ann", "bob", "cid"
    first, second = bench.submit(ann), bench.submit(ann)
    assert bench.state(second) == "queued", "one worker is free, but one of Ann's runs already"
    other = bench.submit(bob)
    third = bench.submit(cid)
    assert [bench.state(each) for each in (first, other, third)] == ["running", "running", "queued"]
    assert bench.scheduler.status(second).position == 1
    assert bench.scheduler.status(third).position == 2
    bench.executor.end(other)
    bench.scheduler.tick()
    assert bench.state(third) == "running"
    bench.executor.end(first)
    bench.scheduler.tick()
    assert bench.scheduler.active(ann) == (second,)
    assert bench.state(second) == "running"


def test_active_lists_running_jobs_first(bench: Bench):
    first, second = bench.submit("ann"), bench.submit("ann")
    assert bench.scheduler.active("ann") == (first, second)
    assert bench.scheduler.active("bob") == ()


# --- limits


def test_owner_may_have_one_running_and_one_waiting(bench: Bench):
    bench.submit("ann")
    bench.submit("ann")
    with pytest.raises(Refusal, match="is running and one is waiting"):
        bench.submit("ann")
    bench.submit("bob")


def test_forty_may_wait(bench: Bench):
    for _ in range(1 + DEFAULT_LIMITS.max_queued):
        bench.submit()
    with pytest.raises(Refusal, match="40"):
        bench.submit()


def test_refusal_of_the_executor_is_raised_at_once(bench: Bench):
    waiting = [bench.submit(), bench.submit()][1]
    bench.executor.why_not = Refusal("No cluster. Received: nothing. Start one.")
    with pytest.raises(Refusal, match="No cluster"):
        bench.submit()
    assert bench.scheduler.status(waiting).message is bench.executor.why_not


def test_live_job_cannot_be_submitted_again(bench: Bench):
    job = fake_executor.job()
    bench.submit("ann", job)
    with pytest.raises(Refusal, match="already waiting or running"):
        bench.submit("bob", job)
    assert bench.state(job.id) == "running"


def test_job_over_its_running_time_is_stopped_then_cancelled(bench: Bench):
    job = bench.submit()
    bench.scheduler.keep(job, True)
    bench.wait(600)
    bench.executor.emit(job, "paused", 1)
    bench.wait(1000)
    assert bench.state(job) == "paused"
    bench.executor.emit(job, "resumed", 2)
    bench.wait(1198)
    assert bench.executor.commands == [], "a pause is not running"
    bench.wait(4)
    assert bench.executor.commands == [(job, "stop")]
    said = bench.scheduler.status(job).message
    assert "30 minutes" in str(said)
    bench.wait(DEFAULT_LIMITS.grace_seconds + 2)
    assert bench.executor.commands[1:] == [(job, "cancel")]
    assert bench.scheduler.status(job).message is said


def test_paused_job_is_stopped_after_its_place_time(bench: Bench):
    job = bench.submit()
    bench.scheduler.keep(job, True)
    bench.executor.emit(job, "paused", 1)
    bench.wait(DEFAULT_LIMITS.place_seconds + 2)
    assert bench.executor.commands == [(job, "stop")]


# --- leases


@pytest.mark.parametrize("running", [True, False])
def test_job_is_cancelled_when_its_lease_expires(bench: Bench, running: bool):
    if not running:
        first = bench.submit()
        bench.scheduler.keep(first, True)
    job = bench.submit()
    for _ in range(2):
        bench.wait(DEFAULT_LIMITS.lease_seconds - 1)
        bench.scheduler.touch(job)
    assert bench.state(job) == ("running" if running else "queued")
    bench.wait(DEFAULT_LIMITS.lease_seconds + 5)
    status = bench.scheduler.status(job)
    assert status.state == "cancelled"
    assert "Nobody looked at this training for 10 minutes" in str(status.message)
    assert bench.recorded[-1].payload["state"] == "cancelled"


def test_kept_job_needs_no_lease(bench: Bench):
    job = bench.submit()
    bench.scheduler.keep(job, True)
    assert bench.scheduler.status(job).kept
    bench.wait(1000)
    assert bench.state(job) == "running"
    bench.scheduler.keep(job, False)
    assert not bench.scheduler.status(job).kept
    bench.wait(DEFAULT_LIMITS.lease_seconds - 1)
    assert bench.state(job) == "running"
    bench.wait(5)
    assert bench.state(job) == "cancelled"


# --- commands


def test_commands_reach_only_running_jobs(bench: Bench):
    job = bench.submit()
    for each in (job, "0" * 16):
        bench.scheduler.command(each, Command("more"))
    bench.scheduler.tick()
    assert bench.executor.commands == [(job, "more")]
    bench.executor.end(job)
    bench.scheduler.command(job, Command("more"))
    bench.scheduler.tick()
    assert bench.executor.commands == [(job, "more")]


def test_job_paused_in_the_queue_pauses_when_it_starts(bench: Bench):
    first, waiting = bench.submit("ann"), bench.submit("bob")
    bench.scheduler.command(waiting, Command("pause"))
    bench.executor.end(first)
    bench.scheduler.tick()
    assert bench.executor.commands == [(waiting, "pause")]


@pytest.mark.parametrize("kind", ["cancel", "stop"])
def test_waiting_job_is_cancelled_at_once(bench: Bench, kind: str):
    bench.submit("ann")
    waiting = bench.submit("ann")
    bench.scheduler.command(waiting, Command(kind))
    assert bench.state(waiting) == "cancelled"
    assert bench.scheduler.status(waiting).position == 0
    bench.submit("ann")


def test_worker_that_ignores_cancel_is_killed_within_two_seconds(bench: Bench):
    job = bench.submit()
    bench.scheduler.command(job, Command("cancel"))
    bench.scheduler.tick()
    assert bench.executor.commands == [(job, "cancel")]
    assert bench.executor.killed == []
    bench.wait(2)
    assert bench.executor.killed == [job]
    assert bench.state(job) == "cancelled"


@pytest.mark.parametrize("kind", ["pause", "stop", "cancel"])
def test_status_says_what_a_starting_job_was_asked(bench: Bench, kind: str):
    """Every page asks the scheduler, so that a page opened anew says it too."""
    job = bench.submit()
    assert bench.scheduler.status(job).asked == ""
    bench.scheduler.command(job, Command(kind))
    assert (bench.state(job), bench.scheduler.status(job).asked) == ("running", kind)
    bench.executor.end(job)
    assert bench.scheduler.status(job).asked == ""


def test_status_no_longer_says_what_was_followed(bench: Bench):
    job = bench.submit()

    def ask(kind: str) -> str:
        bench.scheduler.command(job, Command(kind))
        return bench.scheduler.status(job).asked

    assert [ask(kind) for kind in ("pause", "resume", "more", "pause")] == ["pause", "", "", "pause"]
    bench.executor.emit(job, "paused", 1)
    assert bench.scheduler.status(job).asked == ""
    assert ask("resume") == "resume"
    bench.executor.emit(job, "resumed", 2)
    assert bench.scheduler.status(job).asked == ""
    assert [ask(kind) for kind in ("stop", "pause", "more")] == ["stop", "stop", "stop"]


def test_second_attempt_is_still_to_follow_what_the_first_was_asked(bench: Bench):
    job = bench.submit()
    bench.scheduler.command(job, Command("stop"))
    bench.executor.die(job)
    bench.scheduler.tick()
    status = bench.scheduler.status(job)
    assert (status.attempt, status.state, status.asked) == (2, "running", "stop")


def test_waiting_job_gets_the_new_probe(bench: Bench):
    first, waiting = bench.submit("ann"), bench.submit("ann")
    digit = np.full((28, 28), 7, np.uint8)
    bench.scheduler.command(waiting, Command("probe", {"digit": digit}))
    bench.executor.end(first)
    bench.scheduler.tick()
    assert bench.executor.started[-1].job.id == waiting
    assert np.array_equal(bench.executor.started[-1].job.probe, digit)


# --- dying workers


def test_retry_starts_from_the_checkpoint_before_all_others(bench: Bench):
    job = bench.submit("ann")
    bench.submit("bob")
    bench.executor.emit(job, "checkpoint", 1, old=np.zeros(3))
    bench.executor.emit(job, "epoch", 2)
    bench.executor.emit(job, "checkpoint", 3, new=np.ones(3))
    bench.executor.die(job)
    assert bench.state(job) == "queued"
    assert bench.scheduler.status(job).position == 1
    bench.scheduler.tick()
    again = bench.executor.started[-1]
    assert (again.job.id, again.attempt, again.last_seq) == (job, 2, 3)
    assert list(again.job.checkpoint) == ["new"]
    assert again.job.progress == {"step": 3}
    assert (bench.state(job), bench.scheduler.status(job).attempt) == ("running", 2)


def test_retry_repeats_remembered_commands(bench: Bench):
    job = bench.submit()
    for kind in ("pause", "resume", "stop", "pause", "more"):
        bench.scheduler.command(job, Command(kind))
    bench.scheduler.tick()
    bench.executor.commands.clear()
    bench.executor.die(job)
    bench.scheduler.tick()
    assert sorted(bench.executor.commands) == [(job, "pause"), (job, "stop")]


def test_job_is_lost_when_its_worker_dies_twice(bench: Bench):
    job = bench.submit("ann")
    other = bench.submit("bob")
    for _ in range(2):
        bench.executor.die(job)
        bench.scheduler.tick()
    status = bench.scheduler.status(job)
    assert status.state == "lost"
    assert "twice" in str(status.message)
    assert bench.recorded[-1].payload["state"] == "lost"
    assert bench.state(other) == "running"


def test_worker_death_after_cancel_counts_as_cancelled(bench: Bench):
    job = bench.submit()
    bench.scheduler.command(job, Command("cancel"))
    bench.executor.die(job)
    assert bench.state(job) == "cancelled"


def test_reports_of_an_earlier_attempt_are_ignored(bench: Bench):
    job = bench.submit()
    bench.executor.die(job)
    bench.scheduler.tick()
    bench.executor.emit(job, "epoch", 1, attempt=1)
    bench.scheduler.on_finished(job, 1, "done")
    bench.scheduler.on_lost(job, 1)
    assert bench.kinds() == []
    assert bench.state(job) == "running"


# --- events and memory


def test_events_are_recorded_before_status_shows_them(bench: Bench):
    shown: list[int] = []
    job = fake_executor.job()
    bench.scheduler.submit("ann", job, lambda _: shown.append(len(bench.scheduler.status(job.id).events)))
    bench.scheduler.tick()
    for number in range(1, 5):
        bench.executor.emit(job.id, "batches", number)
    assert shown == [0, 1, 2, 3]
    assert [event.seq for event in bench.scheduler.status(job.id, 2).events] == [3, 4]


def test_failing_recorder_does_not_end_the_training(bench: Bench, caplog: pytest.LogCaptureFixture):
    def full(_: Event) -> None:
        raise OSError("no space left on device")

    job = fake_executor.job()
    bench.scheduler.submit("ann", job, full)
    bench.scheduler.tick()
    bench.executor.emit(job.id, "epoch", 1)
    assert len(bench.scheduler.status(job.id).events) == 1
    assert "no space left" in caplog.text


def test_final_event_has_state_and_reason(bench: Bench):
    job = bench.submit()
    bench.executor.emit(job, "result", 1)
    bench.executor.end(job, "failed", Refusal("`x` must be {y}. Received: z. Choose {y}.", y=3))
    bench.scheduler.tick()
    assert bench.kinds() == ["result", "ended"]
    last = bench.recorded[-1]
    assert last.seq == 2
    assert last.payload == {
        "state": "failed",
        "template": "`x` must be {y}. Received: z. Choose {y}.",
        "values": {"y": 3},
    }


def test_ended_job_is_remembered_for_ten_minutes(bench: Bench):
    job = bench.submit()
    bench.executor.end(job)
    bench.wait(599)
    assert bench.scheduler.knows(job)
    assert bench.state(job) == "done"
    bench.wait(3)
    assert not bench.scheduler.knows(job)
    assert bench.state(job) == "lost"


EVENTS = st.lists(st.sampled_from(["batches", "epoch", "view", "lesson", "snapshot", "checkpoint"]), max_size=30)


@given(EVENTS, st.integers(0, 30))
def test_event_log_drops_only_outdated_events(kinds: list[str], since: int):
    log = EventLog(without_arrays=LARGE_KINDS)
    for number, kind in enumerate(kinds, 1):
        log.add(Event(kind, number, 1, {}, {"values": np.zeros(2)}))
    kept = log.since(since)
    newest = {kind: number for number, kind in enumerate(kinds, 1)}
    expected = [
        number
        for number, kind in enumerate(kinds, 1)
        if number > since and (kind not in ("view", "lesson") or newest[kind] == number)
    ]
    assert [event.seq for event in kept] == expected
    assert all(bool(event.arrays) == (event.kind not in LARGE_KINDS) for event in kept)


# --- several processes, several threads


def test_only_the_owner_adopts_a_job(bench: Bench):
    job = fake_executor.job()
    bench.executor.elsewhere["ann", job.id] = WorkItem("ann", job)
    assert not bench.scheduler.adopt("bob", job.id, bench.recorded.append)
    assert bench.scheduler.adopt("ann", job.id, bench.recorded.append)
    bench.scheduler.tick()
    bench.executor.emit(job.id, "start", 1)
    assert bench.kinds() == ["start"]
    assert bench.scheduler.active("ann") == (job.id,)
    bench.scheduler.on_moved(job.id)
    assert bench.state(job.id) == "lost"
    assert bench.kinds() == ["start"], "the other process records what comes now"


def test_concurrent_adoptions_share_one_job_with_all_events(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    job = fake_executor.job()
    second: list[Event] = []

    def find(owner: str, job_id: str) -> WorkItem:
        if not bench.recorded:  # while the first tab searches, the second finds the job and gets an event
            monkeypatch.setattr(bench.executor, "find", lambda *_: WorkItem("ann", job))
            assert bench.scheduler.adopt(owner, job_id, bench.recorded.append)
            bench.scheduler.tick()
            bench.executor.emit(job.id, "start", 1)
        return WorkItem(owner, job)

    monkeypatch.setattr(bench.executor, "find", find)
    assert bench.scheduler.adopt("ann", job.id, second.append)
    bench.scheduler.tick()
    bench.executor.emit(job.id, "epoch", 2)
    assert [event.kind for event in bench.scheduler.status(job.id).events] == ["start", "epoch"]
    assert bench.kinds() == ["start", "epoch"]
    assert second == []


def test_missing_job_is_not_searched_at_every_rerun(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    asked: list[str] = []
    monkeypatch.setattr(bench.executor, "find", lambda owner, _: asked.append(owner))
    job = fake_executor.job().id
    for _ in range(3):
        assert not bench.scheduler.adopt("ann", job, bench.recorded.append)
    assert asked == ["ann"]
    assert not bench.scheduler.adopt("bob", job, bench.recorded.append)
    bench.clock.now += NOT_FOUND_SECONDS + 1
    assert not bench.scheduler.adopt("ann", job, bench.recorded.append)
    assert asked == ["ann", "bob", "ann"]


def test_search_during_a_refusal_is_repeated(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    asked: list[str] = []
    monkeypatch.setattr(bench.executor, "find", lambda owner, _: asked.append(owner))
    bench.executor.why_not = Refusal("No cluster. Received: nothing. Start one.")
    for _ in range(2):
        assert not bench.scheduler.adopt("ann", fake_executor.job().id, bench.recorded.append)
    assert asked == ["ann", "ann"]


def test_many_threads_submit_and_every_job_ends():
    bench = Bench(slots=4, limits=Limits(max_queued=100))
    submitted: list[str] = []

    def submit() -> None:
        for _ in range(2):
            job = fake_executor.job()
            bench.scheduler.submit(threading.current_thread().name, job, lambda _: None)
            submitted.append(job.id)

    threads = [threading.Thread(target=submit) for _ in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for _ in range(60):
        bench.scheduler.tick()
        for job_id in tuple(bench.executor.running):
            bench.executor.end(job_id)
    assert [bench.state(each) for each in submitted] == ["done"] * 60


def test_closing_twice_closes_once(bench: Bench):
    bench.scheduler.close()
    bench.scheduler.close()
    assert bench.executor.closed == 1
    with pytest.raises(Refusal, match="being stopped"):
        bench.submit()


@pytest.fixture
def _no_scheduler(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(api, "_scheduler", None)
    monkeypatch.setattr(api, "_create_executor", fake_executor.FakeExecutor)
    yield
    api.scheduler().close()


@pytest.mark.usefixtures("_no_scheduler")
def test_all_threads_of_a_process_share_one_scheduler():
    found: list[api.Scheduler] = []
    threads = [threading.Thread(target=lambda: found.append(api.scheduler())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(each) for each in found}) == 1
