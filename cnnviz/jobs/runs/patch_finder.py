"""Find what excites the filters of a run's network, in a child process, and keep it beside its card."""

from __future__ import annotations

import json
from functools import partial

from cnnviz.core.background import Progress, ignore_progress
from cnnviz.core.data.datasets import Dataset
from cnnviz.core.errors import Refusal
from cnnviz.core.evaluation import evaluation
from cnnviz.core.evaluation.evaluation import READING
from cnnviz.core.lessons.filters import patches
from cnnviz.core.lessons.filters.patches import NetworkPatches
from cnnviz.jobs.runs.downloads import write_weights
from cnnviz.jobs.runs.store import RunStore
from cnnviz.jobs.sandbox import child_process

MAX_SECONDS = 300.0
"""Wall time of the child."""

STEPS = 20
"""Steps in which the child reports its progress."""

WORKER = "find_patches"


def find(store: RunStore, run_id: str, data: Dataset, progress: Progress = ignore_progress) -> NetworkPatches:
    """Find the patches of the test part of `data` that excite the filters of a run's result, keep and return them.

    Raises:
        Refusal: If there is no result, the network does not fit the digits, or the child fails.
        OSError: If the patches cannot be kept.
    """
    card = store.card(run_id)
    if card is None:
        raise Refusal("This training has not ended, so its filters are not searched yet. Wait until it has a result.")
    evaluation.check_fits(store.network(run_id))
    weights = write_weights(store, run_id)
    header = {
        "network": len(weights),
        "digits": len(data.y_test),
        "data": data.name,
        "data_sha256": data.sha256,
        "weights_sha256": card.weights_sha256,
        "steps": STEPS,
    }
    try:
        answer = child_process.ask(
            WORKER,
            json.dumps(header).encode() + b"\n" + weights + data.y_test.tobytes() + data.x_test.tobytes(),
            seconds=MAX_SECONDS,
            answer_bytes=patches.MAX_BYTES,
            queue=child_process.COMPUTATIONS,
            on_step=partial(_tell, progress),
        )
    except child_process.WorkerError as error:
        raise Refusal("The filters of this network could not be searched. Try again in a minute.") from error
    found = patches.from_bytes(answer, card.weights_sha256)
    store.keep_patches(run_id, answer)
    return found


def _tell(progress: Progress, step: int) -> None:
    progress(min(1.0, step / STEPS), READING)
