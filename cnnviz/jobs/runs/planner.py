"""Queue a visitor's trainings one after the other: as soon as one starts, submit the next that is planned.

A visitor may have one training running and one waiting, so an experiment with more arms than that waits here, on
disk, and continues whether or not anybody watches.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from cnnviz.core.data import colour_digits, datasets
from cnnviz.core.data.bundled_digits import TRAIN_COUNT
from cnnviz.core.data.mnist_file import SHAPES
from cnnviz.core.errors import Refusal
from cnnviz.core.networks.architecture import Architecture, TrainingPlan
from cnnviz.core.networks.card import ModelCard
from cnnviz.core.networks.training_plan import has_own_data
from cnnviz.core.training import protocol
from cnnviz.core.training.protocol import DataReference, Event, Job
from cnnviz.jobs import api
from cnnviz.jobs.own_sets.store import SetStore
from cnnviz.jobs.runs import calibration
from cnnviz.jobs.runs import store as run_store
from cnnviz.jobs.runs.store import Run, RunStore
from cnnviz.jobs.scheduler import errors

LOG = logging.getLogger(__name__)

PLANNED = "planned"
"""State of a run that is not in the scheduler's queue yet."""

MAX_SUBMITTED = 2
"""How many jobs of a visitor are at the scheduler: one running, one waiting."""

THREAD_NAME = "planner"

_advance_lock = threading.Lock()


def make_job(architecture: Architecture, plan: TrainingPlan, probe: np.ndarray, owner: str = "") -> Job:
    """Return a new job that trains `architecture` by `plan`.

    Args:
        architecture: What is trained.
        plan: How.
        probe: (28, 28) uint8.
        owner: The visitor, for a plan that learns from a set of the visitor's own.

    Raises:
        Refusal: If that set is gone.
    """
    job_id = protocol.make_id()
    named = replace(architecture, name=protocol.make_network_name(job_id))
    return Job(id=job_id, architecture=named, plan=plan, data=_find_data(plan, owner), probe=probe)


def get_data_reference(kind: str = "mnist") -> DataReference:
    """Return the data set that this server uses for a plan's `kind`, without reading its training part."""
    held = datasets.load_test()
    count = SHAPES["y_train"][0] if held.name == datasets.MNIST else TRAIN_COUNT
    if kind == colour_digits.DATA:
        held = colour_digits.describe(held, count)
    return DataReference(name=held.name, sha256=held.sha256, count=count)


def get_own_reference(owner: str, set_id: str) -> DataReference:
    """Return the set of a visitor's own as a job names it. Raises `Refusal` if it is gone."""
    kept = SetStore(owner, run_store.folder()).read(set_id)
    return DataReference(name=kept.labelled.name, sha256=kept.labelled.sha256, count=kept.trained, owner=owner)


def _find_data(plan: TrainingPlan, owner: str) -> DataReference:
    return get_own_reference(owner, plan.data) if has_own_data(plan) else get_data_reference(plan.data)


def start(store: RunStore, job: Job, title: str) -> Run:
    """Create a run and submit its job. Raises `Refusal` if it may not start."""
    run = store.create(job, title)
    try:
        submit(store, job)
    except BaseException:  # whatever it is, the run has not begun
        store.delete(run.id)
        raise
    return run


def make_experiment_run(experiment: str) -> str:
    """Return a name for one run of an experiment; its arms belong together, and to no earlier run of it."""
    return f"{experiment}-{protocol.make_id()}"


def get_experiment(run: Run) -> str:
    """Return the experiment that a run belongs to, "" for one of the visitor's own."""
    return run.experiment.rpartition("-")[0]


def plan(store: RunStore, job: Job, title: str, experiment_run: str, arm: str) -> Run:
    """Create a run that starts once the visitor's earlier ones leave room for it; `arm` is that of an experiment."""
    return store.create(job, title, experiment=experiment_run, arm=arm, state=PLANNED)


def submit(store: RunStore, job: Job) -> None:
    """Submit a job; its events go to the visitor's runs, its time into the next estimates."""
    api.scheduler().submit(store.owner, job, make_recorder(store, job.id))


def advance(store: RunStore) -> None:
    """Submit the visitor's planned runs, oldest first, as far as there is room.

    While the disk cannot be written they wait.
    """
    with _advance_lock:
        for run in reversed(store.runs()):
            if run.state == PLANNED:
                if len(api.scheduler().active(store.owner)) >= MAX_SUBMITTED:
                    return
                try:
                    _submit_planned(store, run)
                except OSError as error:
                    LOG.error("run %s cannot begin: %s", run.id, error)
                    return


def _submit_planned(store: RunStore, run: Run) -> None:
    if store.amend(run.id, only=PLANNED, state="queued") is None:  # deleted meanwhile
        return
    try:
        reference = _find_data(run.plan, store.owner)
        probe = store.probe(run.id)
        submit(store, Job(id=run.id, architecture=run.architecture, plan=run.plan, data=reference, probe=probe))
    except Refusal as reason:
        store.amend(run.id, state="failed", message=reason.to_json())


def continue_run(store: RunStore, run_id: str, epochs: int) -> None:
    """Train a run that has ended or was interrupted further, up to `epochs` in all, from its last checkpoint.

    Raises `Refusal` if it may not, or is live; its record stays as before then.
    """
    with _advance_lock:
        _continue_run(store, store.run(run_id), epochs)


def _continue_run(store: RunStore, run: Run, epochs: int) -> None:
    if run.id in api.scheduler().active(store.owner):
        raise errors.already_active()
    checkpoint = store.checkpoint(run.id)
    if checkpoint is None:
        raise Refusal(
            "{title} kept no finished epoch, so it cannot go on. Start it again from its settings.",
            title=run.title,
        )
    job = Job(
        id=run.id,
        architecture=run.architecture,
        plan=replace(run.plan, epochs=epochs),
        data=_find_data(run.plan, store.owner),
        probe=store.probe(run.id),
        checkpoint=checkpoint.arrays,
        progress=checkpoint.payload,
    )
    store.amend(run.id, plan=job.plan, state="queued", ended="", message=None)
    try:
        submit(store, job)
    except BaseException:  # whatever it is, the run has not begun
        store.amend(run.id, plan=run.plan, state=run.state, ended=run.ended, message=run.message)
        raise


def make_recorder(store: RunStore, run_id: str) -> Callable[[Event], None]:
    """Return what writes a job's events to disk. An adopted job's recorder gets them from the first one on, too.

    When the job leaves the queue, because it starts or ends, the next planned one is submitted.
    """
    record = store.recorder(run_id)
    finished: list[int] = []  # epochs before this job; with a second attempt, before the first

    def record_and_advance(event: Event) -> None:
        record(event)
        if event.kind == "start":
            finished.append(int(event.payload.get("finished", 0)))
        if event.kind in ("start", "ended"):  # in a thread of its own: the scheduler must not wait
            threading.Thread(target=advance, args=(store,), name=THREAD_NAME, daemon=True).start()
        elif event.kind == "result" and finished[:1] == [0]:
            card, ended = ModelCard.from_json(event.payload["card"]), event.payload["ended"]
            if has_own_data(card.plan):  # a small set says little about the speed, and its size is not in the card
                return
            calibration.update(store.home, card, ended, get_data_reference().count, len(datasets.load_test().y_test))

    return record_and_advance
