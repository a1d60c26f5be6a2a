"""Train the arms of the ready experiments with several seeds and record the results in the model store.

    python scripts/record_experiments.py                    all that is not recorded, the cheapest experiment first
    python scripts/record_experiments.py pooling rates      only these
    python scripts/record_experiments.py --estimate         only print how long it takes

The trainings run in a process of their own, as workers do: `cnnviz.workers.entry.record_experiments_cli`.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = "cnnviz.workers.entry.record_experiments_cli"


def main(words: list[str]) -> int:
    """Start the recording with the words of the command line and return its exit status."""
    return subprocess.run([sys.executable, "-m", PROGRAM, *words], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
