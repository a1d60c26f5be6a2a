"""Train on a visitor's own set: read from the visitor's folder, with its classes, which the card names."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from cnnviz.core.data.labelled_set import LabelledSet
from cnnviz.core.errors import Refusal
from cnnviz.core.layers import Conv2D, Dense, Flatten, MaxPooling2D
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.card import ModelCard
from cnnviz.core.networks.training_plan import TrainingPlan
from cnnviz.core.training.protocol import Job
from cnnviz.jobs.own_sets.store import SetStore
from cnnviz.jobs.runs import planner

if TYPE_CHECKING:
    from tests.workers.conftest import Runner

pytestmark = [pytest.mark.train, pytest.mark.filterwarnings("ignore::DeprecationWarning:tensorflow")]

OWNER = "a" * 32
CLASSES = ("bar", "pole", "blob")


@pytest.fixture
def sets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> SetStore:
    monkeypatch.setenv("CNNVIZ_RUNS", str(tmp_path))
    return SetStore(OWNER, tmp_path)


def labelled(channels: int) -> LabelledSet:
    """Return 90 bars, poles and blobs in the middle of 28×28, as drawings are prepared; none is like another."""
    random = np.random.default_rng(1)
    pictures = np.zeros((90, 28, 28, channels), np.uint8)
    labels = (np.arange(90) % 3).astype(np.uint8)
    for picture, label in zip(pictures, labels, strict=True):
        thin = int(random.integers(1, 4))
        rows, columns = ((thin, 10), (10, thin), (7 + thin, 7 + thin))[label]
        picture[14 - rows : 14 + rows, 14 - columns : 14 + columns] = random.integers(150, 256, channels)
    return LabelledSet("shapes", pictures, labels, CLASSES)


def network(channels: int = 1, classes: tuple[str, ...] = CLASSES) -> Architecture:
    return Architecture(
        name="small",
        input_shape=(28, 28, 1) if channels == 1 else (32, 32, 3),
        layers=(
            Conv2D(name="conv2d", filters=6, kernel_size=(5, 5), activation="relu"),
            MaxPooling2D(name="max_pooling2d", pool_size=(4, 4)),
            Flatten(name="flatten"),
            Dense(name="dense", units=len(classes), activation="softmax"),
        ),
        classes=classes,
    )


def job(runner: Runner, sets: SetStore, channels: int, **changes: object) -> Job:
    set_id = sets.keep(labelled(channels))
    values = {"examples": 72, "validation_examples": 12, "batch_size": 6, "epochs": 8, "learning_rate": 0.01}
    plan = TrainingPlan(**values | {"data": set_id} | changes)  # type: ignore[arg-type]
    return replace(runner.job(network(channels), plan), data=planner.get_own_reference(OWNER, set_id))


@pytest.mark.parametrize(("channels", "augmentation"), [(1, "none"), (1, "affine"), (3, "none")])
def test_a_network_learns_the_classes_of_a_set(
    runner: Runner, sets: SetStore, channels: int, augmentation: str
) -> None:
    run = runner.train(job(runner, sets, channels, augmentation=augmentation))
    card = ModelCard.from_json(run.last("result").payload["card"])
    assert card.architecture.classes == CLASSES
    assert np.sum(card.confusion, axis=1).tolist() == [6, 6, 6]
    assert card.test_accuracy >= 0.6
    assert (card.data.name, card.data.sha256) == ("shapes", sets.read(card.plan.data).labelled.sha256)
    assert run.last("snapshot").arrays["confusion"].shape == (3, 3)
    assert run.last("view").arrays["probabilities"].shape == (3,)


def test_a_set_that_is_gone_changed_or_of_more_classes_is_refused(runner: Runner, sets: SetStore) -> None:
    whole = job(runner, sets, 1)
    with pytest.raises(Refusal, match="class for every label"):
        runner.train(replace(whole, architecture=network(classes=("bar", "pole"))))
    with pytest.raises(Refusal, match="was changed"):
        runner.train(replace(whole, data=replace(whole.data, sha256="0" * 64)))
    with pytest.raises(Refusal, match="no such visitor"):
        runner.train(replace(whole, data=replace(whole.data, owner="../x")))
    with pytest.raises(Refusal, match="needs grey pictures"):
        runner.train(job(runner, sets, 3, augmentation="affine"))
    sets.delete(whole.plan.data)
    with pytest.raises(Refusal, match="damaged or was deleted"):
        runner.train(whole)
