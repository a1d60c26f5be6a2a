"""Tell the form of an uploaded network by its first bytes, and state the limit on its length. Nothing is parsed."""

from __future__ import annotations

import struct

from cnnviz.core.errors import Refusal
from cnnviz.core.messages import gettext_noop

MAX_BYTES = 30_000_000
"""Length of a file, that of every upload: seven million weights of four bytes."""

KERAS, HDF5, SAFETENSORS, ONNX = "keras", "h5", "safetensors", "onnx"

ENDINGS = (".keras", ".h5", ".hdf5", ".onnx", ".safetensors")
"""Ends of the names of files that are read."""

OTHER_ENDINGS = {
    ".pb": "TensorFlow SavedModel",
    ".pkl": "pickle",
    ".pickle": "pickle",
    ".joblib": "joblib",
    ".pt": "PyTorch",
    ".pth": "PyTorch",
    ".ckpt": "checkpoint",
    ".tflite": "TensorFlow Lite",
    ".mlmodel": "Core ML",
    ".npz": "NumPy",
    ".json": "JSON",
}
"""Ends of file names that people try -> what such a file is."""

IR_FIELD, MAX_IR_VERSION = 0x08, 20
"""First byte of an ONNX file as programs write it, the field of the version, and the most that its value may be."""

NEXT = frozenset(field << 3 | 2 for field in (2, 3, 4, 6, 7, 8, 14)) | {0x28}
"""Bytes that begin the field behind it: texts, the graph or the operators' versions; `model_version` is a number."""

MAX_SAFETENSORS_HEADER = 1_000_000

UNKNOWN = gettext_noop(
    "This is not a network that can be read here. Please choose a .keras or .h5 file of Keras, an .onnx file, or a "
    ".safetensors file of cnnviz."
)
OTHER = gettext_noop(
    "This looks like a file of the kind {kind}, which is not read here. Please choose a .keras or .h5 file of Keras, "
    "an .onnx file, or a .safetensors file of cnnviz."
)


def identify(data: bytes, name: str = "") -> str:
    """Return the form of a file: `KERAS`, `HDF5`, `ONNX` or `SAFETENSORS`.

    Args:
        data: The whole file.
        name: Its name, tells what an unknown file may be; never shown.

    Raises:
        Refusal: If it is empty, longer than `MAX_BYTES` or of another form.
    """
    check_length(len(data))
    if data.startswith(b"PK\3\4"):
        return KERAS
    if data.startswith(b"\x89HDF\r\n\x1a\n"):
        return HDF5
    if len(data) > 9 and data[8:9] == b"{" and struct.unpack_from("<Q", data)[0] <= MAX_SAFETENSORS_HEADER:
        return SAFETENSORS
    if name.lower().endswith(".onnx") or _begins_as_onnx(data):
        return ONNX
    raise explain_form(name)


def _begins_as_onnx(data: bytes) -> bool:
    """Return whether a file begins with the version of an ONNX file; there is no other mark."""
    return len(data) > 2 and data[0] == IR_FIELD and 0 < data[1] <= MAX_IR_VERSION and data[2] in NEXT


def check_length(length: int) -> None:
    """Raise `Refusal` for a file that is empty or longer than `MAX_BYTES`."""
    if not length:
        raise Refusal("This file is empty. Please choose another network.")
    if length > MAX_BYTES:
        raise Refusal(
            "This file has {size} MB, but networks may have at most {limit} MB. Save it without its optimizer "
            "(include_optimizer=False), or make it smaller.",
            size=-(-length // 1_000_000),
            limit=MAX_BYTES // 1_000_000,
        )


def explain_form(name: str) -> Refusal:
    """Return the refusal of a file of another form, by the end of its name."""
    kind = next((kind for end, kind in OTHER_ENDINGS.items() if name.lower().endswith(end)), "")
    return Refusal(OTHER, kind=kind) if kind else Refusal(UNKNOWN)
