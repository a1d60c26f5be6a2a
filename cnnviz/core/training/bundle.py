"""Pack a labelled set and a design into one ZIP file: with a Keras program that trains the same network on the set.

README.txt     what this is, in words
design.json    {"format": "cnnviz-training", "version": 1, "set", "architecture", "plan"}
train.py       the program of `cnnviz.core.networks.keras_source`
set.npz        x_train, y_train, x_test, y_test and classes, as the network reads the pictures
pictures.npz   the same as the set has them, only where the network reads another size or other channels
"""

from __future__ import annotations

import io
import json
import zipfile

import numpy as np

from cnnviz.core.data.labelled_file import KeptSet
from cnnviz.core.networks import keras_source
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.training_plan import TrainingPlan

FORMAT, VERSION = "cnnviz-training", 1
README, DESIGN, PROGRAM, SET, PICTURES = "README.txt", "design.json", "train.py", keras_source.OWN_FILE, "pictures.npz"

DATE = (1980, 1, 1, 0, 0, 0)
"""Of every entry, so that the same content makes the same file."""

TEXT = """{set}: {count:,} pictures of {number} classes, and the design of a network that learns to tell them apart.

  {program:<14} a Keras program that trains the network. It needs Python with keras, tensorflow and numpy:
                 pip install keras tensorflow numpy
                 python {program}
                 It says how many test pictures are read right and saves {network}.keras.
  {set_file:<14} {trained:,} pictures to learn from (x_train, y_train) and {tested:,} to test on (x_test, y_test),
                 values of 0 to 255; y is the number of the class, and classes has their names.{pictures}
  {design:<14} the network, layer by layer, and the plan of its training, as cnnviz writes them.

The classes: {classes}.

To open the set in cnnviz, choose this ZIP file (up to 30 MB) on the page Data, under "Open a set". It has the same
pictures, classes and test part there. The program puts the pictures in another order than cnnviz, so its curve is alike
and not equal.
"""

ORIGINAL = """
  {file:<14} the same pictures as the set has them: the network reads {shape}."""


def pack(kept: KeptSet, architecture: Architecture, plan: TrainingPlan) -> bytes:
    """Return the ZIP file of a set and a design.

    Args:
        kept: The set, divided into its parts.
        architecture: Network that reads 1 or 3 channels and has a class for each of the set.
        plan: Plan of its training on this set.

    Raises:
        Refusal: If the network does not read 1 or 3 channels.
    """
    labelled = kept.labelled
    fitted = labelled.fit(architecture.input_shape)
    differs = labelled.shape != architecture.input_shape
    described = {
        "format": FORMAT,
        "version": VERSION,
        "set": labelled.name,
        "architecture": architecture.to_json(),
        "plan": plan.to_json(),
    }
    parts = {
        README: _describe(kept, architecture, differs).encode(),
        DESIGN: json.dumps(described, indent=1, ensure_ascii=False).encode(),
        PROGRAM: keras_source.write_script(architecture, plan).encode(),
        SET: _pack_arrays(kept, fitted),
    }
    if differs:
        parts[PICTURES] = _pack_arrays(kept, labelled.pictures)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name, DATE)
            entry.external_attr = 0o100644 << 16
            entry.compress_type = zipfile.ZIP_STORED if name.endswith(".npz") else zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return file.getvalue()


def _pack_arrays(kept: KeptSet, pictures: np.ndarray) -> bytes:
    """Return an .npz file of the parts of a set, whose pictures are (n, rows, columns, channels) uint8."""
    labels, cut = kept.labelled.labels, kept.trained
    file = io.BytesIO()
    np.savez_compressed(
        file,
        x_train=pictures[:cut],
        y_train=labels[:cut],
        x_test=pictures[cut:],
        y_test=labels[cut:],
        classes=np.array(kept.labelled.classes),
    )
    return file.getvalue()


def _describe(kept: KeptSet, architecture: Architecture, differs: bool) -> str:
    labelled = kept.labelled
    shape = " × ".join(map(str, architecture.input_shape))
    return TEXT.format(
        set=labelled.name,
        count=len(labelled.labels),
        number=len(labelled.classes),
        trained=kept.trained,
        tested=kept.tested,
        network=architecture.name,
        classes=", ".join(labelled.classes),
        program=PROGRAM,
        set_file=SET,
        design=DESIGN,
        pictures=ORIGINAL.format(file=PICTURES, shape=shape) if differs else "",
    )
