"""The measured speed of this server, learned from finished trainings and kept beside the runs for the next estimate."""

from __future__ import annotations

import contextlib
import json
import math
import threading
from dataclasses import asdict, replace
from pathlib import Path

from cnnviz.core import atomic_file
from cnnviz.core.networks.card import ModelCard
from cnnviz.core.training import estimates
from cnnviz.core.training.estimates import UNCALIBRATED, Calibration
from cnnviz.jobs.runs.record import UNREADABLE

FILE = "speed.json"

MEASURED_ENDINGS = ("finished", "early")
"""Endings after which a run's time counts; a run that was stopped ended within an epoch."""

_update_lock = threading.Lock()


def load(home: Path) -> Calibration:
    """Return what is known; `estimates.UNCALIBRATED` before the first run, or if the file is damaged."""
    try:
        data = json.loads((home / FILE).read_text(encoding="utf-8"))
        recent = tuple(float(factor) for factor in data.get("recent", ()))
        found = Calibration(factor=float(data["factor"]), runs=int(data["runs"]), recent=recent)
    except UNREADABLE:
        return UNCALIBRATED
    usable = all(math.isfinite(factor) and factor > 0 for factor in (found.factor, *found.recent))
    return found if usable and found.runs > 0 else UNCALIBRATED


def update(
    home: Path,
    card: ModelCard,
    ended: str,
    digits: int = estimates.TRAINING_DIGITS,
    tests: int = estimates.TEST_DIGITS,
) -> None:
    """Take the time of a run with this card into account. Raises nothing: an estimate is not worth a run.

    Args:
        home: The folder of all visitors' runs.
        card: Card of the run's result.
        ended: Why it ended.
        digits: Training digits of the data set, which may have fewer than the plan names.
        tests: Its test digits.
    """
    if ended not in MEASURED_ENDINGS or not card.epochs:
        return
    trained = replace(card.plan, epochs=card.epochs)
    with _update_lock, contextlib.suppress(OSError):
        now = estimates.calibrate(load(home), card.architecture, trained, card.trained_seconds, digits, tests)
        atomic_file.write(home / FILE, json.dumps(asdict(now)).encode(), durable=False)
