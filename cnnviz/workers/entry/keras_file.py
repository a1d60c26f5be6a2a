"""Convert a network to a Keras file: weights and architecture on standard input, the file on standard output.

The input is a safetensors file with the names `layer/weight` and the architecture as JSON in its metadata, as
`cnnviz.jobs.runs.downloads.write_weights` makes it.
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
from cnnviz.core.networks.network import Network, unpack_weights
from cnnviz.workers.entry.priority import lower_priority


def read_network(data: bytes) -> Network:
    """Read the network in `data`. Raises `Refusal` or `ValueError` if it is not one."""
    (length,) = struct.unpack_from("<Q", data)
    architecture = json.loads(json.loads(data[8 : 8 + length])["__metadata__"]["variant"])
    return Network(Architecture.from_json(architecture), unpack_weights(parse(data)))


def main() -> None:
    """Convert the network on standard input, after whatever other visitors wait for."""
    lower_priority()
    network = read_network(sys.stdin.buffer.read())
    out = os.dup(1)
    os.dup2(2, 1)  # what Keras prints must not get into the file
    from cnnviz.workers import keras_model  # seconds: only once the input is known to be good

    model = keras_model.to_model(network)
    # The folder is there for a moment only: the process may be killed at its time limit, and would leave it behind.
    with tempfile.TemporaryDirectory() as folder, os.fdopen(out, "wb") as answer:
        path = Path(folder) / "network.keras"
        model.save(path)
        answer.write(path.read_bytes())


if __name__ == "__main__":
    main()
