"""Make a Keras file of a network: weights and variant come on standard input, the file goes to standard output.

The input is a safetensors file with the names `layer/weight` and the variant as JSON in its metadata, as
`cnnviz.jobs.runs.downloads.weights` makes it.
"""

from __future__ import annotations

import json
import os
import struct
import sys
import tempfile
from pathlib import Path

from safetensors.numpy import load as parse

from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.network import Network


def read(data: bytes) -> Network:
    """The network in `data`. Raises `Refusal` or `ValueError` where it is none."""
    (length,) = struct.unpack_from("<Q", data)
    variant = json.loads(json.loads(data[8 : 8 + length])["__metadata__"]["variant"])
    found: dict[str, dict[str, object]] = {}
    for key, array in parse(data).items():
        layer, _, name = key.rpartition("/")
        found.setdefault(layer, {})[name] = array
    return Network(Architecture.from_json(variant), found)  # type: ignore[arg-type]  # checked there


def main() -> None:
    network = read(sys.stdin.buffer.read())
    out = os.dup(1)
    os.dup2(2, 1)  # whatever Keras prints is no part of the file
    from cnnviz.workers import keras_model  # seconds: only once the input is known to be good

    with tempfile.TemporaryDirectory() as folder, os.fdopen(out, "wb") as answer:
        path = Path(folder) / "network.keras"
        keras_model.to_model(network).save(path)
        answer.write(path.read_bytes())


if __name__ == "__main__":
    main()
