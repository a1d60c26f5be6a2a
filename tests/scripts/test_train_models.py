"""The script that trains the published networks: its requests to the worker and its output."""

import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from cnnviz.core.data.mnist_source import SETTING
from cnnviz.core.networks import model_store
from scripts import train_models


def test_every_named_network_is_trained_by_default(tmp_path: Path) -> None:
    read = train_models.parse_arguments(["--data", str(tmp_path)])
    assert read.names == []
    assert set(model_store.names()) <= set(train_models.NAMES)
    assert train_models.NAMES[-1] == "pen"


def test_data_in_the_folder_is_passed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SETTING, raising=False)
    read = train_models.parse_arguments(["pen", "--data", str(tmp_path), "--fast"])
    assert train_models.build_request("pen", read)["pen"] is None
    assert SETTING not in train_models.build_environment(read)

    (tmp_path / train_models.STROKES).touch()
    (tmp_path / train_models.MNIST).touch()
    assert train_models.build_request("pen", read)["pen"] == str(tmp_path / train_models.STROKES)
    assert train_models.build_request("pen", read)["precision"] == "mixed_bfloat16"
    assert train_models.build_environment(read)[SETTING] == str(tmp_path / train_models.MNIST)


def test_setting_takes_precedence_over_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SETTING, "elsewhere.npz")
    (tmp_path / train_models.MNIST).touch()
    read = train_models.parse_arguments(["--data", str(tmp_path)])
    assert train_models.build_environment(read)[SETTING] == "elsewhere.npz"


def test_unknown_names_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        train_models.parse_arguments(["cnn-9"])
    assert "unknown: cnn-9. Choose from" in capsys.readouterr().err


def test_bar_spans_all_epochs() -> None:
    event = {"event": "batch", "epoch": 2, "batch": 50, "batches": 100, "loss": 0.25, "accuracy": 0.9}
    line = train_models.format_event("pen", event, 3)
    assert line.count("█") == train_models.BAR / 2
    assert " 50% epoch 2/3  loss 0.2500" in line


def test_result_is_one_line() -> None:
    event = {
        "event": "done",
        "test_accuracy": 0.9951,
        "pen_accuracy": 0.981,
        "parameters": 197482,
        "seconds": 61.2,
    }
    assert "test 99.51%, pens 98.10%, 197,482 parameters, 61 s" in train_models.format_event("pen", event, 3)
    assert "pens" not in train_models.format_event("pen", {**event, "pen_accuracy": None}, 3)


def test_evidence_is_measured_where_the_weights_have_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []

    def start(command: list[str], **_: object) -> SimpleNamespace:
        started.append(command)
        return SimpleNamespace(returncode=0)

    monkeypatch.setattr(subprocess, "run", start)
    (tmp_path / train_models.STROKES).touch()
    train_models.measure_evidence("pen", train_models.parse_arguments(["--data", str(tmp_path)]))
    assert started == [], "the store has that of these weights"
    for suffix in (".json", ".safetensors"):
        (tmp_path / f"pen{suffix}").write_bytes((model_store.folder() / f"pen{suffix}").read_bytes())
    read = train_models.parse_arguments(["--data", str(tmp_path), "--models", str(tmp_path)])
    train_models.measure_evidence("pen", read)
    assert started[0][2:] == [
        "cnnviz.workers.entry.measure_evidence",
        "pen",
        "--pen",
        str(tmp_path / train_models.STROKES),
        "--models",
        str(tmp_path),
    ]
