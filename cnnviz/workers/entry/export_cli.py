"""Write a network of the model store as a file: `python -m cnnviz.workers.entry.export_cli NAME OUT`.

The ending of OUT chooses the form: .keras, .onnx, .safetensors or .py, those that pages offer. Exits with status 1 and
a sentence on standard error if there is no such network or the file cannot be written.
"""

import argparse
import sys
from pathlib import Path

from cnnviz.core import atomic_file
from cnnviz.core.errors import Refusal
from cnnviz.core.networks import model_store
from cnnviz.jobs.exports.exporter import WRITERS, ExportedNetwork, write_safetensors
from cnnviz.jobs.exports.forms import FORMS
from cnnviz.workers.entry import export_network

BY_ENDING = {form.ending: form for form in FORMS}
"""Ending of a file's name -> its form."""


def export(name: str, out: Path) -> None:
    """Write the network `name` to `out`, which is replaced in one step or stays as it was.

    Raises:
        Refusal: If the name is not in the store or no form has that ending.
        OSError: If the file cannot be written.
    """
    form = BY_ENDING.get(out.suffix)
    if form is None:
        raise Refusal(
            "`out` must end in {endings}. Received: {out}. The ending chooses the form of the file.",
            endings=", ".join(BY_ENDING),
            out=out.name,
        )
    network = model_store.load(name)
    exported = ExportedNetwork(network, name, None if network.card is None else network.card.plan)
    if form.worker:
        data = export_network.export(form.name, write_safetensors(exported), lambda: None)
    else:
        data = WRITERS[form.name](exported)
    atomic_file.write(out, data)


def main() -> int:
    """Export what the command line asks for; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m cnnviz.workers.entry.export_cli", description=__doc__)
    parser.add_argument("name", help="a network of the model store")
    parser.add_argument("out", type=Path, help=f"the file to write, ending in {', '.join(BY_ENDING)}")
    asked = parser.parse_args()
    try:
        export(asked.name, asked.out)
    except (Refusal, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
