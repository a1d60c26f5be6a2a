"""Read a network from the bytes of a file: tell its form, read its description, then its weights."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnviz.core.errors import Refusal
from cnnviz.core.messages import gettext_noop
from cnnviz.core.networks import card as cards
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.card import ModelCard
from cnnviz.jobs.sandbox.model_form import KERAS, ONNX, SAFETENSORS, identify
from cnnviz.workers.model_files import archive, class_names, keras_graph, keras_metadata, safetensors_file, strict_json
from cnnviz.workers.model_files.ending import Note


@dataclass(frozen=True)
class ReadNetwork:
    """The content of a file of a network.

    Attributes:
        architecture: The architecture.
        weights: By layer and name, float32.
        notes: What is different from the file, as `ending.Note`.
        card: Its model card, or None.
    """

    architecture: Architecture
    weights: Mapping[str, Mapping[str, np.ndarray]]
    notes: tuple[Note, ...] = ()
    card: ModelCard | None = None


def read(data: bytes, name: str, architecture: Architecture | None = None, card: bytes = b"") -> ReadNetwork:
    """Read a `.keras`, `.h5`, `.onnx` or `.safetensors` file.

    Args:
        data: The whole file.
        name: Its name.
        architecture: Design that the weights are for, where the file has no description.
        card: The card of another cnnviz that a `.safetensors` file belongs to.

    Raises:
        Refusal: If anything is not supported or not as it should be.
    """
    form = identify(data, name)
    if form == SAFETENSORS:
        return _read_safetensors(data, architecture, card)
    if form == KERAS:
        return _read_keras(data, name)
    if form == ONNX:
        from cnnviz.workers.model_files.onnx_reading import graph  # onnx, which other forms do not need

        return ReadNetwork(*graph.read_network(data, name))
    if architecture is not None:
        return _read_weights_alone(data, architecture)
    return _read_legacy(data, name)


def _read_keras(data: bytes, name: str) -> ReadNetwork:
    from cnnviz.workers.model_files import hdf5_file, keras_weights  # h5py, which other forms do not need

    members = archive.read_members(data)
    metadata = strict_json.parse("metadata.json", members[archive.METADATA])
    version = keras_metadata.read_version(metadata)
    model = keras_graph.read_model(strict_json.parse("config.json", members[archive.CONFIG]), name, version)
    with hdf5_file.open_hdf5(members[archive.WEIGHTS]) as file:
        weights = keras_weights.read_weights(file, model)
    architecture, renamed = keras_metadata.name_classes(model.architecture, metadata)
    return ReadNetwork(architecture, weights, (*model.notes, *renamed))


def _read_legacy(data: bytes, name: str) -> ReadNetwork:
    from cnnviz.workers.model_files import hdf5_file, keras_weights

    with hdf5_file.open_hdf5(data) as file:
        text = file.read_text("", "model_config", strict_json.MAX_BYTES)
        if text is None:
            raise Refusal(
                "This HDF5 file has weights, but no description of a network. Save the whole network with "
                "model.save(), or open the weights for a design on the page Train."
            )
        version = file.read_text("", "keras_version", keras_metadata.MAX_VERSION) or b""
        description = strict_json.parse("model_config", text)
        model = keras_graph.read_model(description, name, version.decode("ascii", "replace"))
        weights = keras_weights.read_legacy_weights(file, model, "model_weights")
    return ReadNetwork(model.architecture, weights, model.notes)


def _read_weights_alone(data: bytes, architecture: Architecture) -> ReadNetwork:
    """Read a `.weights.h5` file, of either form, or the weights of a whole `.h5` file."""
    from cnnviz.workers.model_files import hdf5_file, keras_weights

    model = keras_graph.FileModel(architecture, keras_weights.list_leaves(architecture), "", ())
    with hdf5_file.open_hdf5(data) as file:
        for group in ("", "model_weights"):
            if (not group or file.has(group)) and file.read_names(group, "layer_names"):
                return ReadNetwork(architecture, keras_weights.read_legacy_weights(file, model, group))
        return ReadNetwork(architecture, keras_weights.read_weights(file, model))


def _read_safetensors(data: bytes, architecture: Architecture | None, card: bytes) -> ReadNetwork:
    known: ModelCard | None = None
    notes: tuple[Note, ...] = ()
    if card:
        strict_json.parse(gettext_noop("The card"), card)
        known = cards.from_text(card.decode("utf-8"))
        if hashlib.sha256(data).hexdigest() != known.weights_sha256:
            raise Refusal(
                "The card and the weights do not belong together: the card states another SHA-256. Choose the two "
                "files of one network."
            )
        architecture = known.architecture
    if architecture is None:
        described = safetensors_file.read_header(data)[1].get("variant")
        if described is None:
            raise Refusal(
                "This .safetensors file has weights, but no description of a network. Choose its card (.json) with it, "
                "or take the weights out of cnnviz again: they now carry the description."
            )
        architecture, notes = _read_description(described)
    return ReadNetwork(architecture, safetensors_file.read_arrays(data, architecture), notes, known)


def _read_description(text: str) -> tuple[Architecture, tuple[Note, ...]]:
    """Return the architecture that a file describes, and what is different from it."""
    described: Any = strict_json.parse(gettext_noop("The description"), text.encode())
    notes: tuple[Note, ...] = ()
    if isinstance(described, dict) and isinstance(stated := described.get("classes"), list):
        classes, notes = class_names.read_names(stated, len(stated))
        if classes is not None:
            described["classes"] = list(classes)
    return Architecture.from_json(described), notes


def describe(found: ReadNetwork) -> dict[str, Any]:
    """Return all but the arrays as plain data for `json.dumps`."""
    described: dict[str, Any] = {
        "architecture": found.architecture.to_json(),
        "notes": [[name, dict(values)] for name, values in found.notes],
    }
    if found.card is not None:
        described["card"] = json.loads(cards.to_text(found.card))
    return described
