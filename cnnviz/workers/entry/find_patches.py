"""Find the patches of test digits that excite the filters of a network, in a process of its own.

The input is one line of JSON and what it describes: `{"network": n, "digits": m, "data": name, "data_sha256": ...,
"weights_sha256": ..., "steps": k}`, n bytes of a network as `cnnviz.jobs.runs.downloads.write_weights` makes it, m
labels as uint8 and (m, 28, 28) uint8 digits. The output begins with k dots, one for each k-th of the digits that is
read; behind a line break follows the file of `cnnviz.core.lessons.filters.patches`.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import numpy as np

from cnnviz.core.data import colour_digits
from cnnviz.core.evaluation import evaluation
from cnnviz.core.lessons.filters import patches
from cnnviz.jobs.exports import network_file


def find(header: dict[str, Any], content: bytes) -> bytes:
    """Return the file of the patches. Raises `Refusal` if the network does not fit the digits."""
    network = network_file.read(content[: header["network"]])
    evaluation.check_fits(network)
    end = header["network"] + int(header["digits"])
    labels = np.frombuffer(content[header["network"] : end], np.uint8)
    digits = np.frombuffer(content[end:], np.uint8).reshape(-1, 28, 28) / np.float32(255)
    pictures = colour_digits.prepare_inputs(digits, network.architecture.input_shape, colour_digits.TEST)
    steps, told = int(header["steps"]), 0

    def tell(share: float) -> None:
        nonlocal told
        while told < int(share * steps):
            told += 1
            sys.stdout.buffer.write(b".")
            sys.stdout.buffer.flush()

    found = patches.find(network, pictures, labels, tell)
    about = {key: header[key] for key in ("weights_sha256", "data", "data_sha256", "digits")}
    return patches.to_bytes(patches.NetworkPatches(about, found))


def main() -> None:
    """Answer what stands on standard input."""
    line, _, content = sys.stdin.buffer.read().partition(b"\n")
    answer = find(json.loads(line), content)
    sys.stdout.buffer.write(b"\n" + answer)


if __name__ == "__main__":
    main()
