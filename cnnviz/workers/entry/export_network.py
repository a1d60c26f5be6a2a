"""Write a network as a file of another form, in a process of its own.

    python -m cnnviz.workers.entry.export_network < request > answer

The request is one line of JSON, `{"form": name}`, followed by a network as `cnnviz.jobs.exports.network_file` writes
it. The answer begins with a dot for each step that begins: the request was read, the network is being built, the file
is being written. Behind a line break follow one line of JSON, `{}`, and the file; or `{"refusal": ...}` alone.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping

from cnnviz.core.errors import Refusal
from cnnviz.core.networks.network import Network
from cnnviz.jobs.exports import forms, network_file

Remarks = Mapping[str, str]
Tell = Callable[[], None]


def write_keras(network: Network, remarks: Remarks, tell: Tell) -> bytes:
    """Return the `.keras` file of a network."""
    from cnnviz.workers.model_files import keras_writer  # seconds: only once the request is known to be good

    tell()
    model = keras_writer.build(network)
    tell()
    return keras_writer.write(model, network, remarks)


def write_onnx(network: Network, remarks: Remarks, tell: Tell) -> bytes:
    """Return the ONNX file of a network."""
    from cnnviz.workers.model_files.onnx_writing import writer

    tell()
    tell()
    kept = (network_file.TITLE, network_file.CARD)
    return writer.write(network, {name: remarks[name] for name in kept if name in remarks})


WRITERS: Mapping[str, Callable[[Network, Remarks, Tell], bytes]] = {
    forms.KERAS.name: write_keras,
    forms.ONNX.name: write_onnx,
}
"""Name of a form -> what writes it: of a network, the remarks of its file, and a function to call at each step."""


def export(form: str, data: bytes, tell: Tell) -> bytes:
    """Return the file of a form. Raises `Refusal`, `ValueError` or `LookupError` if there is none."""
    network, remarks = network_file.read(data), network_file.read_remarks(data)
    tell()
    return WRITERS[form](network, remarks, tell)


def main() -> None:
    """Answer the request on standard input."""
    line, _, data = sys.stdin.buffer.read().partition(b"\n")
    out = os.dup(1)
    os.dup2(2, 1)  # what Keras prints must not get into the file
    with os.fdopen(out, "wb") as answer:

        def tell() -> None:
            answer.write(b".")
            answer.flush()

        try:
            file, said = export(json.loads(line)["form"], data, tell), {}
        except Refusal as reason:
            file, said = b"", {"refusal": reason.to_json()}
        answer.write(b"\n" + json.dumps(said).encode() + b"\n")
        answer.write(file)


if __name__ == "__main__":
    main()
