"""Write a network of the model store as a Keras file: `python -m cnnviz.workers.entry.export_cli NAME OUT.keras`.

`keras.models.load_model` reads the file, and its model computes the numbers that cnnviz shows. Exits with status 1 and
a sentence on standard error if there is no such network or the file cannot be written.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from cnnviz.core import atomic_file
from cnnviz.core.errors import Refusal
from cnnviz.core.networks import model_store

SUFFIX = ".keras"


def export(name: str, out: Path) -> None:
    """Write the network `name` to `out`, which is replaced in one step or stays as it was.

    Raises:
        Refusal: If the name is not in the store or Keras would not read a file of that name.
        OSError: If the file cannot be written.
    """
    if out.suffix != SUFFIX:
        raise Refusal(
            "`out` must end in .keras. Received: {out}. Keras tells the kind of file by its name.",
            out=out.name,
        )
    network = model_store.load(name)
    from cnnviz.workers import keras_model  # seconds: only once the request is known to be good

    model = keras_model.to_model(network)
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / out.name
        model.save(written)
        atomic_file.write(out, written.read_bytes())


def main() -> int:
    """Export what the command line asks for; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m cnnviz.workers.entry.export_cli", description=__doc__)
    parser.add_argument("name", help="a network of the model store")
    parser.add_argument("out", type=Path, help="the file to write, ending in .keras")
    asked = parser.parse_args()
    try:
        export(asked.name, asked.out)
    except (Refusal, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
