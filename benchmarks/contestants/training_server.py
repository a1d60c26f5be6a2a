"""The app with jobs that train: `python benchmarks/contestants/training_server.py run app.py ...`.

Serves as `streamlit run` does, with the same settings. A line `train N` on standard input has N jobs trained that take
minutes, `rest` cancels them; a line `ok` on standard output says that this is so. The end of standard input ends it.
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import time
import traceback
from pathlib import Path
from typing import TextIO

ROOT = Path(__file__).resolve().parents[2]


class Jobs:
    """The jobs of this process, on the scheduler of the pages. Each is polled twice a second, as a page does."""

    def __init__(self, folder: Path) -> None:
        from cnnviz.core.data import datasets
        from cnnviz.jobs import api
        from cnnviz.jobs.runs.store import RunStore

        self.scheduler, self.store = api.scheduler(), RunStore
        self.folder, self.data = folder, datasets.load(allow_download=False)
        self.running: list[str] = []
        threading.Thread(target=self._look, daemon=True).start()

    def train(self, count: int) -> None:
        self.running = [self._submit() for _ in range(count)]
        while not all(self._has_begun(job) for job in self.running):
            time.sleep(0.05)

    def rest(self) -> None:
        from cnnviz.core.training.protocol import Command

        ended, self.running = self.running, []
        for job in ended:
            self.scheduler.command(job, Command("cancel"))
        while any(self.scheduler.status(job).state in ("queued", "running") for job in ended):
            time.sleep(0.05)

    def _submit(self) -> str:
        import secrets

        import numpy as np

        from cnnviz.core.networks.architecture import TUTORIALS, Architecture
        from cnnviz.core.networks.training_plan import TrainingPlan
        from cnnviz.core.training.protocol import DataReference, Job, make_id, make_network_name

        layers = TUTORIALS["cnn-32-64"][0].layers
        job_id, owner = make_id(), secrets.token_hex(16)
        job = Job(
            id=job_id,
            architecture=Architecture(name=make_network_name(job_id), layers=layers),
            plan=TrainingPlan(epochs=10, validation_examples=5000),
            data=DataReference(name=self.data.name, sha256=self.data.sha256, count=len(self.data.x_train)),
            probe=np.zeros((28, 28), np.uint8),
        )
        store = self.store(owner, self.folder)
        store.create(job, "a run")
        self.scheduler.submit(owner, job, store.recorder(job_id))
        return job_id

    def _has_begun(self, job: str) -> bool:
        status = self.scheduler.status(job)
        if status.state not in ("queued", "running"):
            raise RuntimeError(f"a job is {status.state}: {status.message}")
        return any(event.kind == "batches" for event in status.events)

    def _look(self) -> None:
        since: dict[str, int] = {}
        while True:
            for job in self.running:
                self.scheduler.touch(job)
                events = self.scheduler.status(job, since.get(job, 0)).events
                since[job] = events[-1].seq if events else since.get(job, 0)
            time.sleep(0.5)


def obey(answers: TextIO, folder: Path) -> None:
    try:
        jobs = Jobs(folder)
        for line in sys.stdin:
            order, _, count = line.strip().partition(" ")
            if order == "train":
                jobs.train(int(count))
            else:
                jobs.rest()
            print("ok", file=answers, flush=True)
    except Exception:  # noqa: BLE001  (it is printed, and the benchmark reads it)
        traceback.print_exc()
    os._exit(0)  # the benchmark has ended, or sees the failure by this


def main() -> None:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    sys.path[0] = str(ROOT)
    with tempfile.TemporaryDirectory(prefix="cnnviz-runs-") as folder:
        threading.Thread(target=obey, args=(answers, Path(folder)), daemon=True).start()
        from streamlit.web.cli import main as streamlit

        streamlit(prog_name="streamlit")


if __name__ == "__main__":
    main()
