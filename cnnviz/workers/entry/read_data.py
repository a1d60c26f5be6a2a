"""Read a file of labelled pictures in a process of its own: bytes in, plain pixels and labels out.

    (echo auto; cat file) | python -m cnnviz.workers.entry.read_data > answer

The first line says how pictures of a ZIP file are prepared, the rest is the file. The answer is one line of JSON,
`{"count", "side", "channels", "classes", "report", "left_out", "tested"}`, followed by
`count * side * side * channels` bytes of pixels and `count` bytes of labels; or `{"refused": [key, values]}` with a key
of `cnnviz.jobs.sandbox.data_reasons.REASONS`, where a value may be such a pair itself. The process limits itself before
it reads the first byte; one that takes too much time or memory ends with an error.
"""

from __future__ import annotations

import io
import json
import sys
import warnings

import numpy as np

from cnnviz.jobs.sandbox.data_reasons import AUTO, PREPARATIONS, DataProblem
from cnnviz.workers.entry.process_limits import limit_this_process
from cnnviz.workers.uploads import archive, array_file, bundle_file, csv_table, zip_pictures
from cnnviz.workers.uploads.arrays import ReadSet

MAX_MEMORY_BYTES = 1_500_000_000
"""Address space, of which NumPy and Pillow take some 300 MB before anything is read."""

MAX_CPU_SECONDS = 60
MAX_BYTES_LOOKED_AT = 4_000
"""Bytes from which a table is told from other files."""


def read(data: bytes, preparation: str) -> ReadSet:
    """Read a file of any of the kinds. Raises `DataProblem` if it is not taken."""
    if data.startswith(b"PK"):
        file = archive.open_archive(data)
        if array_file.has_arrays(file):
            return array_file.read_npz(file)
        arrays = bundle_file.find_arrays(file)
        if arrays is not None:
            return bundle_file.read(file, arrays)
        table = zip_pictures.find_table(file)
        return csv_table.read(table) if table is not None else zip_pictures.read(file, preparation)
    if data.startswith(array_file.MAGIC):
        return array_file.read_npy(data)
    start = data[:MAX_BYTES_LOOKED_AT]
    if b"\0" in start or not any(separator.encode() in start for separator in csv_table.SEPARATORS):
        raise DataProblem("kind")
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"<", b"{", b"%", b"\x89", b"\x80")):
        raise DataProblem("kind")
    return csv_table.read(io.BytesIO(data))


def main() -> None:
    """Read the file on standard input and write the answer to standard output."""
    limit_this_process(MAX_MEMORY_BYTES, MAX_CPU_SECONDS)
    warnings.simplefilter("ignore")
    preparation = sys.stdin.buffer.readline().decode().strip()
    try:
        found = read(sys.stdin.buffer.read(), preparation if preparation in PREPARATIONS else AUTO)
    except DataProblem as problem:
        _write({"refused": problem.to_json()})
        return
    except MemoryError:
        sys.exit(1)
    except Exception:  # noqa: BLE001  whatever is left is a file that is not sound
        _write({"refused": DataProblem("unsound").to_json()})
        return
    count, side, _, channels = found.pictures.shape
    header = {
        "count": count,
        "side": side,
        "channels": channels,
        "classes": found.classes,
        "report": found.report,
        "left_out": found.left_out,
        "tested": found.tested,
    }
    _write(header, found.pictures, found.labels)


def _write(header: object, *arrays: np.ndarray) -> None:
    sys.stdout.buffer.write(json.dumps(header).encode() + b"\n")
    for array in arrays:
        sys.stdout.buffer.write(np.ascontiguousarray(array).data)  # not a copy of all pixels


if __name__ == "__main__":
    main()
