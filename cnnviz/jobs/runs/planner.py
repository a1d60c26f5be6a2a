"""The trainings of one visitor in a row: as soon as one starts, the next that is planned gets into the queue.

A visitor may have one training running and one waiting, so an experiment with more arms than that waits here, on
disk, and goes on whether or not anybody watches.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from cnnviz.core.data import colour_digits, datasets
from cnnviz.core.data.bundled_digits import TRAIN_COUNT
from cnnviz.core.data.mnist_file import SHAPES
from cnnviz.core.errors import Refusal
from cnnviz.core.networks.architecture import Architecture, TrainingPlan
from cnnviz.core.networks.card import Card
from cnnviz.core.training import protocol
from cnnviz.core.training.protocol import DataReference, Event, Job
from cnnviz.jobs import api
from cnnviz.jobs.runs import calibration
from cnnviz.jobs.runs.store import Run, RunStore
from cnnviz.jobs.scheduler import errors

PLANNED = "planned"
WAITING_AND_RUNNING = 2
ADVANCING = "series of trainings"

_one_at_a_time = threading.Lock()


def new_job(variant: Architecture, plan: TrainingPlan, probe: np.ndarray) -> Job:
    """A job that trains `variant` by `plan`; `probe` is (28, 28) uint8."""
    job_id = protocol.new_id()
    named = Architecture(protocol.network_name(job_id), variant.layers, variant.input_shape)
    return Job(id=job_id, variant=named, plan=plan, data=data(plan.data), probe=probe)


def data(kind: str = "mnist") -> DataReference:
    """The data set of a plan's `kind` that this server trains on, without reading its training part."""
    held = datasets.load_test()
    count = SHAPES["y_train"][0] if held.name == datasets.MNIST else TRAIN_COUNT
    if kind == colour_digits.DATA:
        held = colour_digits.describe(held, count)
    return DataReference(name=held.name, sha256=held.sha256, count=count)


def start(store: RunStore, job: Job, title: str) -> Run:
    """Note a run and put it into the queue. Raises `Refusal` where it may not start."""
    run = store.create(job, title)
    try:
        submit(store, job)
    except Refusal:
        store.delete(run.id)
        raise
    return run


def trial(experiment: str) -> str:
    """A name for one time that an experiment is made; its arms belong together and to no earlier time."""
    return f"{experiment}-{protocol.new_id()}"


def experiment_of(run: Run) -> str:
    """The experiment that a run belongs to, "" for one of the visitor's own."""
    return run.experiment.rpartition("-")[0]


def plan(store: RunStore, job: Job, title: str, of_trial: str, arm: str) -> Run:
    """Note a run that starts once the visitor's earlier ones leave room for it; `arm` is that of a trial."""
    run = store.create(job, title, experiment=of_trial, arm=arm)
    return store.amend(run.id, state=PLANNED) or run


def submit(store: RunStore, job: Job) -> None:
    """Give a job to the engine; what it tells goes to the visitor's runs, and its time into the next estimates."""
    api.engine().submit(store.owner, job, recorder(store, job.id))


def advance(store: RunStore) -> None:
    """Submit the visitor's planned runs, the oldest first, as far as there is room."""
    with _one_at_a_time:
        for run in reversed(store.runs()):
            if run.state == PLANNED:
                if len(api.engine().active(store.owner)) >= WAITING_AND_RUNNING:
                    return
                _submit_planned(store, run)


def _submit_planned(store: RunStore, run: Run) -> None:
    if store.amend(run.id, only=PLANNED, state="queued") is None:  # deleted meanwhile
        return
    job = Job(id=run.id, variant=run.variant, plan=run.plan, data=data(run.plan.data), probe=store.probe(run.id))
    try:
        submit(store, job)
    except Refusal as reason:
        store.amend(run.id, state="failed", message=reason.to_json())


def go_on(store: RunStore, run_id: str, epochs: int) -> None:
    """Train a run that has ended or was interrupted further, up to `epochs` in all, from its last checkpoint.

    Raises `Refusal` where it may not, or goes on already; its record is as before then.
    """
    with _one_at_a_time:
        _go_on(store, store.run(run_id), epochs)


def _go_on(store: RunStore, run: Run, epochs: int) -> None:
    if run.id in api.engine().active(store.owner):
        raise errors.under_way()
    kept = store.checkpoint(run.id)
    if kept is None:
        raise Refusal(
            "{title} kept no finished epoch, so it cannot go on. Start it again from its settings.",
            title=run.title,
        )
    job = Job(
        id=run.id,
        variant=run.variant,
        plan=replace(run.plan, epochs=epochs),
        data=data(run.plan.data),
        probe=store.probe(run.id),
        checkpoint=kept.arrays,
        progress=kept.facts,
    )
    store.amend(run.id, plan=job.plan, state="queued", ended="", message=None)
    try:
        submit(store, job)
    except BaseException:  # whatever it is, the run has not begun
        store.amend(run.id, plan=run.plan, state=run.state, ended=run.ended, message=run.message)
        raise


def recorder(store: RunStore, run_id: str) -> Callable[[Event], None]:
    """What takes a job's events to disk, also one's that was taken over: it hears them from the first one on.

    When the job leaves the queue, as it starts or ends before, the next planned one gets in.
    """
    record = store.recorder(run_id)
    finished: list[int] = []  # epochs before this job; of a second attempt, before the first one

    def run(event: Event) -> None:
        record(event)
        if event.kind == "start":
            finished.append(int(event.facts.get("finished", 0)))
        if event.kind in ("start", "ended"):  # in a thread of its own: the engine waits for nobody
            threading.Thread(target=advance, args=(store,), name=ADVANCING, daemon=True).start()
        elif event.kind == "result" and finished[:1] == [0]:
            calibration.learn(store.home, Card.from_json(event.facts["card"]), event.facts["ended"])

    return run
