"""The status of a run in the visitor's session: from the scheduler while it runs, from disk afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from cnnviz.core.errors import Refusal
from cnnviz.core.training.curves import Curves, extend
from cnnviz.core.training.protocol import Command, Event, Payload
from cnnviz.jobs import api
from cnnviz.jobs.runs import files, planner
from cnnviz.jobs.runs.store import Run, RunStore
from cnnviz.ui.shell import cache, session

QUEUED = "queued"
INTERRUPTED = "interrupted"
LIVE = (QUEUED, "running", "paused")
NEWEST = ("start", "batches", "epoch", "view", "lesson", "result")
"""Kinds of events of which the newest is looked at."""


@dataclass(frozen=True, eq=False)
class RunStatus:
    """The status of a run.

    Attributes:
        run: Its record.
        state: planned, queued, running, paused, done, cancelled, failed, lost or interrupted.
        position: Place in the queue, 0 where it is in none.
        message: Why it ended as it did, or None.
        curves: Its curves of loss and accuracy.
        newest: kind -> the newest event of that kind.
        last_seq: `seq` of the newest event that went into `curves`.
        attempt: 2 after its process died once.
        kept: Whether it continues without a page that shows it.
        asked: Kind of the command that its worker was given and has not followed yet, "" for none.
        damaged: How many of its events on disk cannot be read.
    """

    run: Run
    state: str = INTERRUPTED
    position: int = 0
    message: Refusal | None = None
    curves: Curves = field(default_factory=Curves)
    newest: Mapping[str, Event] = field(default_factory=dict)
    last_seq: int = 0
    attempt: int = 1
    kept: bool = False
    asked: str = ""
    damaged: int = 0

    @property
    def live(self) -> bool:
        """Whether more may come."""
        return self.state in LIVE or self.state == planner.PLANNED

    def get_payload(self, kind: str) -> Payload:
        """Return the payload of the newest event of a kind; empty before the first."""
        return self.newest[kind].payload if kind in self.newest else {}

    @property
    def has_data(self) -> bool:
        """Whether it has learned from a batch, so that there are curves to look at."""
        return len(self.curves.training.steps) > 0

    @property
    def epoch(self) -> int:
        """Finished epochs."""
        return int(self.get_payload("epoch").get("epoch", self.get_payload("start").get("finished", 0)))

    @property
    def resumed_after(self) -> int:
        """Finished epochs from which a second attempt goes on."""
        start = self.newest.get("start")
        second = start is not None and start.attempt == self.attempt
        return int(start.payload.get("finished", 0)) if start and second else self.epoch

    @property
    def epochs(self) -> int:
        """Epochs of the plan, with those that were added."""
        return int(self.get_payload("epoch").get("epochs", self.run.plan.epochs))


def follow(store: RunStore, run_id: str) -> RunStatus:
    """Return a run as it stands. Raises `Refusal` for a run that is not the visitor's."""
    run = store.run(run_id)
    if run.state != QUEUED or not _is_here(store, run_id):
        return _read_from_disk(store, run)
    reported = api.scheduler().status(run_id, _recall(store, run).last_seq)
    state, message = reported.state, reported.message
    if state == api.DONE and store.run(run_id).state == QUEUED:  # results are saved before a job is done
        state, message = api.FAILED, Refusal(files.NO_ROOM)
    status = replace(
        _extend(_recall(store, run), reported.events),
        run=run,
        state=state,
        position=reported.position,
        message=message,
        attempt=reported.attempt,
        kept=reported.kept,
        asked=reported.asked,
    )
    session.put(followed={**session.get("followed"), run_id: status})
    return status


def touch(store: RunStore) -> None:
    """Renew the leases of the visitor's jobs, and submit what is planned. Jobs whose folder is gone are cancelled."""
    for run_id in api.scheduler().active(store.owner):
        if store.has(run_id):
            api.scheduler().touch(run_id)
        else:  # nobody could stop it, and nothing of it would be kept
            api.scheduler().command(run_id, Command("cancel"))
    planner.advance(store)


def _recall(store: RunStore, run: Run) -> RunStatus:
    """Return the status that this session knows; at first, and after a run went on, the one on disk."""
    known = session.get("followed").get(run.id)
    return known if isinstance(known, RunStatus) else _read_from_disk(store, run)


def forget(run_id: str) -> None:
    """Drop the known status and the shown digit, because the run continues with a new job."""
    others = {other: known for other, known in session.get("followed").items() if other != run_id}
    session.put(followed=others, shown=None)


def discard(store: RunStore, run_id: str) -> None:
    """Forget a run; its training is cancelled, also where it has begun since the page was drawn."""
    store.delete(run_id)
    api.scheduler().command(run_id, Command("cancel"))


def _extend(before: RunStatus, events: Sequence[Event]) -> RunStatus:
    newest = dict(before.newest) | {event.kind: event for event in events if event.kind in NEWEST}
    last_seq = max((event.seq for event in events), default=before.last_seq)
    return replace(before, curves=extend(before.curves, events), newest=newest, last_seq=max(last_seq, before.last_seq))


def _is_here(store: RunStore, run_id: str) -> bool:
    """Return whether the scheduler has the job, perhaps adopted from another app process that ended."""
    scheduler = api.scheduler()
    return scheduler.knows(run_id) or scheduler.adopt(store.owner, run_id, planner.make_recorder(store, run_id))


def _read_from_disk(store: RunStore, run: Run) -> RunStatus:
    stamp = store.stamp(run.id)
    newest = {event.kind: event for event in cache.load_events(store, run.id, stamp) if event.kind in NEWEST}
    state_now = INTERRUPTED if run.state == QUEUED else run.state
    reason = None if run.message is None else Refusal.from_json(run.message)
    return RunStatus(
        run,
        state_now,
        message=reason,
        curves=cache.load_curves(store, run.id, stamp),
        newest=newest,
        damaged=cache.count_damaged_events(store, run.id, stamp),
    )


def warm_up() -> None:
    """Have a worker ready before anything is started, because its first start takes seconds."""
    api.scheduler().warm_up()
