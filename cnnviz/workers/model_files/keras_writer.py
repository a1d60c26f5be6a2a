"""Write a network as a `.keras` file, with what Keras has no place for in the file's `metadata.json`.

Keras reads the model's name, the layers, their names and the weights. It ignores what `metadata.json` says beyond its
version, and does not write it again: names of classes, title and accuracies are for cnnviz and for people.
"""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras

from cnnviz.core.networks.network import Network
from cnnviz.jobs.exports import network_file
from cnnviz.workers import keras_model
from cnnviz.workers.model_files import archive, keras_metadata


def build(network: Network) -> keras.Model:
    """Return the Keras model of a network, not compiled."""
    return keras_model.to_model(network)


def write(model: keras.Model, network: Network, remarks: Mapping[str, str]) -> bytes:
    """Return the file of a model that was built of a network whose file has `remarks`."""
    # The folder is there for a moment only: a process that is killed at its time limit would leave it behind.
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.keras"
        model.save(path)
        return _add_metadata(path.read_bytes(), _describe(network, remarks))


def _describe(network: Network, remarks: Mapping[str, str]) -> dict[str, Any]:
    """Return what Keras has no place for."""
    card = json.loads(remarks.get(network_file.CARD, "{}"))
    measured = {name: card[name] for name in ("test_accuracy", "pen_accuracy") if card.get(name) is not None}
    source = {"data": card["data"]["name"]} if card else {}
    title = {"title": remarks[network_file.TITLE]} if network_file.TITLE in remarks else {}
    return {keras_metadata.CLASSES: list(network.architecture.classes), **title, **source, **measured}


def _add_metadata(data: bytes, described: Mapping[str, Any]) -> bytes:
    """Write the archive again with a longer `metadata.json`; names of classes that do not fit are left out."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(written, "w") as after:
        for entry in before.infolist():
            content = before.read(entry)
            if entry.filename == archive.METADATA:
                content = _extend(content, described)
            after.writestr(entry, content)
    return written.getvalue()


def _extend(content: bytes, described: Mapping[str, Any]) -> bytes:
    table = json.loads(content)
    longer = json.dumps(table | {keras_metadata.KEY: described}).encode()
    if len(longer) <= archive.MAX_SIZES[archive.METADATA]:
        return longer
    shorter = {key: value for key, value in described.items() if key != keras_metadata.CLASSES}
    return json.dumps(table | {keras_metadata.KEY: shorter}).encode()
