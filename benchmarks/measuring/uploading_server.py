"""Streamlit's server, in which networks are uploaded: `python -m benchmarks.measuring.uploading_server run ...`.

Threads of the web process hand files to `model_upload.open_network`, one after the other, as scripts of visitors do
whose upload has arrived: the app's own queue and children, only without Streamlit's transfer of some kilobytes. They do
so as long as the file `GO` exists in the folder that the variable `FOLDER` names.
"""

from __future__ import annotations

import itertools
import json
import os
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from streamlit.web import cli

from cnnviz.core.errors import Refusal
from cnnviz.jobs.sandbox import child_process, model_upload

FOLDER = "CNNVIZ_BENCHMARK_UPLOADS"
FILES = "files"
GO = "go"
BUSY = "busy-"
ANSWERS = "answers.jsonl"

UPLOADING = 2 * child_process.MAX_CHILDREN
"""Visitors who upload at once: there is always somebody who waits for a turn."""


def write_files(folder: Path, files: Sequence[tuple[str, bytes]]) -> None:
    """Write the files that are to be uploaded: their numbers and names, which say their form."""
    (folder / FILES).mkdir()
    for number, (name, data) in enumerate(files):
        (folder / FILES / f"{number:05}-{name}").write_bytes(data)


def start_uploads(folder: Path) -> None:
    (folder / GO).touch()


def end_uploads(folder: Path, patience: float) -> None:
    """Return when the last file has been answered.

    Raises:
        TimeoutError: If that takes longer than `patience` seconds.
    """
    (folder / GO).unlink()
    deadline = time.monotonic() + patience
    while any(folder.glob(f"{BUSY}*")):
        if time.monotonic() > deadline:
            raise TimeoutError("files are still being read")
        time.sleep(0.05)


def read_answers(folder: Path) -> list[tuple[str, float]]:
    """Return how each file was answered, and after how many seconds, waiting included."""
    path = folder / ANSWERS
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return [(each["outcome"], each["seconds"]) for each in map(json.loads, lines)]


def _upload(folder: Path, number: int, files: Iterator[Path]) -> None:
    """Upload file after file as one visitor."""
    busy = folder / f"{BUSY}{number}"
    while True:
        if not (folder / GO).exists():
            time.sleep(0.05)
            continue
        busy.touch()
        file, start = next(files), time.perf_counter()
        outcome = _open(file)
        line = json.dumps({"outcome": outcome, "seconds": time.perf_counter() - start}) + "\n"
        with (folder / ANSWERS).open("a", encoding="utf-8") as answers:
            answers.write(line)
        busy.unlink()


def _open(file: Path) -> str:
    try:
        model_upload.open_network(file.read_bytes(), file.name)
    except Refusal as reason:
        said = {model_upload.STOPPED: "stopped", child_process.TOO_MANY_FILES: "no turn"}
        return said.get(reason.template, "refused")
    except Exception as error:  # noqa: BLE001  what is looked for
        return f"unhandled {type(error).__name__}"
    return "read"


def main() -> None:
    folder = Path(os.environ[FOLDER])
    found = sorted((folder / FILES).iterdir())
    for number in range(UPLOADING):
        mine = itertools.cycle(found[number::UPLOADING])
        threading.Thread(target=_upload, args=(folder, number, mine), daemon=True).start()
    cli.main(sys.argv[1:], prog_name="streamlit")


if __name__ == "__main__":
    main()
