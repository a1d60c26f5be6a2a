"""Read an uploaded network in a process of its own: bytes in, numbers and JSON out.

    python -m cnnviz.workers.entry.read_model < request > answer

The request is one line of JSON, `{"name": ..., "card": length, "architecture": ... or null}`, then so many bytes of a
card, then the file. The answer is one line of JSON, `{"architecture": ..., "notes": ...}`, followed by the weights as
float32, little-endian, in the order of the architecture; or `{"refusal": ...}` alone. A file that takes too much time
or memory ends the process with an error. The process limits itself before it reads the first byte of the file: it can
open no other file, and neither Keras nor TensorFlow is ever imported.
"""

from __future__ import annotations

import json
import mmap
import sys
from pathlib import Path
from typing import Any, BinaryIO

import h5py  # noqa: F401  (imported before files can no longer be opened)
import numpy as np

from cnnviz.core.errors import Refusal
from cnnviz.core.networks.architecture import Architecture
from cnnviz.jobs.sandbox.model_upload import DAMAGED
from cnnviz.workers.entry.process_limits import limit_this_process
from cnnviz.workers.model_files import hdf5_file, keras_weights, reader  # noqa: F401
from cnnviz.workers.model_files.onnx_reading import graph  # noqa: F401

MAX_MORE_BYTES = 200_000_000
"""Memory beyond what Python and the libraries have when the process has started."""

MAX_CPU_SECONDS = 8

OPEN_FILES = 3
"""Standard input, output and error: no other file can be opened, so nothing that a file points to is read."""


def measure_memory() -> int:
    """Return the bytes of address space that this process has; many where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except (OSError, ValueError):
        return 10 * MAX_MORE_BYTES  # macOS, which does not keep to this limit
    return pages * mmap.PAGESIZE


def run(source: BinaryIO, out: BinaryIO) -> None:
    """Read a request and write the answer.

    Raises:
        MemoryError: If the file takes more memory than it may.
    """
    asked = json.loads(source.readline())
    card, data = source.read(asked["card"]), source.read()
    try:
        design = None if asked["architecture"] is None else Architecture.from_json(asked["architecture"])
        found = reader.read(data, asked["name"], design, card)
    except Refusal as reason:
        _write(out, {"refusal": reason.to_json()})
        return
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  whatever is left is a file that is not sound
        _write(out, {"refusal": Refusal(DAMAGED).to_json()})
        return
    _write(out, reader.describe(found))
    for layer, shapes in found.architecture.weight_shapes().items():
        for name in shapes:
            out.write(np.ascontiguousarray(found.weights[layer][name], "<f4").data)


def _write(out: BinaryIO, described: dict[str, Any]) -> None:
    out.write(json.dumps(described).encode() + b"\n")


def main() -> None:
    """Read the network on standard input and write the answer to standard output."""
    limit_this_process(measure_memory() + MAX_MORE_BYTES, MAX_CPU_SECONDS, OPEN_FILES)
    try:
        run(sys.stdin.buffer, sys.stdout.buffer)
    except MemoryError:
        sys.exit(1)


if __name__ == "__main__":
    main()
