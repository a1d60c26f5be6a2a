"""Record the ready experiments: the cheapest first, saved after every training, continued after an interruption."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cnnviz.core.data import datasets
from cnnviz.core.networks.metrics import CURVES_OF_EVERY_CARD
from cnnviz.core.training import recordings
from cnnviz.core.training.experiments import EXPERIMENTS, Arm, Experiment
from cnnviz.core.training.recordings import MIN_SEEDS, RecordedRun
from cnnviz.workers.entry import record_experiments_cli as script


class Stop(Exception):  # noqa: N818  (stands in for an interruption)
    """The recording is interrupted."""


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Replace the training; return the arms and seeds that were trained."""
    done: list[tuple[str, int]] = []

    def train(_: Experiment, arm: Arm, seed: int, __: datasets.Dataset) -> RecordedRun:
        if len(done) == 3:
            done.append(("stop", 0))
            raise Stop
        done.append((arm.id, seed))
        return RecordedRun(seed, 0.9, 0.9, "finished", 1.0, dict.fromkeys(CURVES_OF_EVERY_CARD, (0.9,)))

    monkeypatch.setattr(script, "train", train)
    monkeypatch.setattr(script, "read_versions", lambda: {"keras": "3"})
    return done


def test_an_interrupted_recording_goes_on_after_the_last_training(
    trained: list[tuple[str, int]], tmp_path: Path
) -> None:
    read = script.parse_arguments(["padding", "--models", str(tmp_path)])
    data = replace(datasets.load_test(), y_train=np.zeros(0, np.uint8))
    with pytest.raises(Stop):
        script.record(EXPERIMENTS["padding"], data, read, np.inf)
    assert trained == [("valid", 1), ("same", 1), ("valid", 2), ("stop", 0)]
    script.record(EXPERIMENTS["padding"], data, read, np.inf)
    assert trained[4:6] == [("same", 2), ("valid", 3)]
    assert len(trained) == 1 + 2 * MIN_SEEDS
    found = recordings.load(EXPERIMENTS["padding"], tmp_path)
    assert found is not None
    assert found.data_sha256 == data.sha256


@pytest.mark.usefixtures("trained")
def test_recordings_of_other_data_are_not_gone_on_with(tmp_path: Path) -> None:
    read = script.parse_arguments(["padding", "--models", str(tmp_path)])
    data = datasets.load_test()
    with pytest.raises(Stop):
        script.record(EXPERIMENTS["padding"], data, read, np.inf)
    other = script.read_or_begin(EXPERIMENTS["padding"], replace(data, sha256="1" * 64), tmp_path)
    assert other.arms == {}


def test_the_estimate_is_printed_cheapest_first(capsys: pytest.CaptureFixture[str]) -> None:
    script.main(["--estimate"])
    seconds = [int(line.split()[1]) for line in capsys.readouterr().out.splitlines()]
    assert len(seconds) == len(EXPERIMENTS)
    assert seconds == sorted(seconds)


@pytest.mark.parametrize("words", [["nothing"], ["--seeds", "3"]])
def test_unknown_names_and_too_few_seeds_are_refused(words: list[str]) -> None:
    with pytest.raises(SystemExit):
        script.parse_arguments(words)
