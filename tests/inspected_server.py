"""Run Streamlit's command line in a process that answers questions about itself; for tests only.

`python tests/inspected_server.py run app.py ...` serves like `streamlit run app.py ...`. Each line on standard input is
a question, each line on standard output its answer as JSON, and the end of standard input ends the process. Streamlit's
own output goes to standard error.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TextIO


def modules() -> list[str]:
    """Return the names of all modules that this process has imported."""
    return sorted(sys.modules)


def options() -> dict[str, object]:
    """Return every server setting as Streamlit itself reads it."""
    from streamlit import config

    return {name: config.get_option(name) for name in config.get_config_options()}


def frozen() -> int:
    """Return how many objects the garbage collector leaves out."""
    return gc.get_freeze_count()


QUESTIONS: dict[str, Callable[[], object]] = {"modules": modules, "options": options, "frozen": frozen}


def answer_questions(answers: TextIO) -> None:
    for line in sys.stdin:
        print(json.dumps(QUESTIONS[line.strip()](), default=str), file=answers, flush=True)
    os._exit(0)  # the test process has ended; leave no server behind


def main() -> None:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    threading.Thread(target=answer_questions, args=(answers,), daemon=True).start()
    sys.path[0] = str(Path.cwd())  # as `python -m streamlit` has it
    from streamlit.web.cli import main as streamlit

    streamlit(prog_name="streamlit")


if __name__ == "__main__":
    main()
