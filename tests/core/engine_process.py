"""An app process without a screen: `python -m tests.core.engine_process FOLDER [CLUSTER]`.

Submits a job that never ends, keeps its run in the folder, and prints one line of JSON with owner, job, and the process
that trains, once two epochs are on disk. Then it waits to be killed.
"""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path

from cnnviz.core.cluster import Cluster
from cnnviz.core.embedded import Embedded
from cnnviz.core.jobs import Engine
from cnnviz.core.runs import RunStore
from cnnviz.core.training_jobs import Event
from tests.core import made_jobs, stand_in_worker

PROGRAM = ("-m", "tests.core.stand_in_worker")


def main() -> None:
    folder, *cluster = sys.argv[1:]
    engine = Engine(Cluster(cluster[0]) if cluster else Embedded(1, PROGRAM))
    owner, job = made_jobs.owner(), made_jobs.job(seed=stand_in_worker.FOR_EVER)
    store = RunStore(owner, Path(folder))
    store.create(job, "a run")
    record, trained = store.recorder(job.id), threading.Event()
    process: list[int] = []

    def keep(event: Event) -> None:
        record(event)
        if event.kind == "start":
            process.append(event.facts["process"])
        elif event.kind == "epoch" and event.facts["epoch"] >= 2:
            trained.set()

    engine.submit(owner, job, keep)
    trained.wait()
    print(json.dumps({"owner": owner, "job": job.id, "process": process[0]}), flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
