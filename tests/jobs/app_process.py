"""Run an app process without pages: `python -m tests.jobs.app_process FOLDER [CLUSTER]`.

Train a network to its end, submit a job that never ends, and store both runs in the folder. Once two epochs are on disk
print one line of JSON: the owner, the job, the process that trains, and the run that ended (finished). Then wait to be
killed.
"""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path

from cnnviz.core.training.protocol import Event
from cnnviz.jobs.api import Scheduler
from cnnviz.jobs.executors.dask.executor import DaskExecutor
from cnnviz.jobs.executors.local import LocalExecutor
from cnnviz.jobs.runs.store import RunStore
from tests.jobs import fake_executor
from tests.jobs.executors import fake_worker

PROGRAM = ("-m", "tests.jobs.executors.fake_worker")


def main() -> None:
    folder, *cluster = sys.argv[1:]
    scheduler = Scheduler(DaskExecutor(cluster[0]) if cluster else LocalExecutor(1, PROGRAM))
    owner, job = fake_executor.owner(), fake_executor.job(seed=fake_worker.FOR_EVER)
    store = RunStore(owner, Path(folder))
    finished = train_to_end(scheduler, store)
    store.create(job, "a run")
    record, trained = store.recorder(job.id), threading.Event()
    process: list[int] = []

    def keep(event: Event) -> None:
        record(event)
        if event.kind == "start":
            process.append(event.payload["process"])
        elif event.kind == "epoch" and event.payload["epoch"] >= 2:
            trained.set()

    scheduler.submit(owner, job, keep)
    trained.wait()
    print(json.dumps({"owner": owner, "job": job.id, "process": process[0], "finished": finished}), flush=True)
    threading.Event().wait()


def train_to_end(scheduler: Scheduler, store: RunStore) -> str:
    """Train a network and return its run once that has ended."""
    job, ended = fake_executor.job(seed=fake_worker.LEARNS), threading.Event()
    store.create(job, "a network")
    record = store.recorder(job.id)

    def keep(event: Event) -> None:
        record(event)
        if event.kind == "ended":
            ended.set()

    scheduler.submit(store.owner, job, keep)
    ended.wait()
    return job.id


if __name__ == "__main__":
    main()
