"""The command that trains the networks of the shelf: what it asks the worker for and what it says."""

from pathlib import Path

import pytest

from cnnviz.core.data.mnist_source import SETTING
from cnnviz.core.networks import model_store
from scripts import train_models


def test_every_named_network_is_trained_by_default(tmp_path: Path) -> None:
    read = train_models.arguments(["--data", str(tmp_path)])
    assert read.names == []
    assert set(model_store.names()) <= set(train_models.NAMES)
    assert train_models.NAMES[-1] == "pen"


def test_data_is_passed_on_where_it_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SETTING, raising=False)
    read = train_models.arguments(["pen", "--data", str(tmp_path), "--fast"])
    assert train_models.job("pen", read)["pen"] is None
    assert SETTING not in train_models.environment(read)

    (tmp_path / train_models.STROKES).touch()
    (tmp_path / train_models.MNIST).touch()
    assert train_models.job("pen", read)["pen"] == str(tmp_path / train_models.STROKES)
    assert train_models.job("pen", read)["precision"] == "mixed_bfloat16"
    assert train_models.environment(read)[SETTING] == str(tmp_path / train_models.MNIST)


def test_a_setting_goes_before_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SETTING, "elsewhere.npz")
    (tmp_path / train_models.MNIST).touch()
    read = train_models.arguments(["--data", str(tmp_path)])
    assert train_models.environment(read)[SETTING] == "elsewhere.npz"


def test_unknown_names_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        train_models.arguments(["cnn-9"])
    assert "unknown: cnn-9. Choose from" in capsys.readouterr().err


def test_the_bar_grows_over_all_epochs() -> None:
    event = {"event": "batch", "epoch": 2, "batch": 50, "batches": 100, "loss": 0.25, "accuracy": 0.9}
    line = train_models.shown("pen", event, 3)
    assert line.count("█") == train_models.BAR / 2
    assert " 50% epoch 2/3  loss 0.2500" in line


def test_the_result_is_told_in_one_line() -> None:
    event = {
        "event": "done",
        "test_accuracy": 0.9951,
        "pen_accuracy": 0.981,
        "parameters": 197482,
        "seconds": 61.2,
    }
    assert "test 99.51%, pens 98.10%, 197,482 parameters, 61 s" in train_models.shown("pen", event, 3)
    assert "pens" not in train_models.shown("pen", {**event, "pen_accuracy": None}, 3)
