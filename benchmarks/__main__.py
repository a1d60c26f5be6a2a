"""Run all benchmarks, one after the other: `python -m benchmarks [NAME ...]`."""

import subprocess
import sys
from pathlib import Path

NAMES = tuple(sorted(path.stem for path in Path(__file__).parent.glob("[a-z]*.py")))


def main() -> int:
    """Run the named benchmarks, or all, each in its own process; return how many failed."""
    failed = 0
    for name in sys.argv[1:] or NAMES:
        print(f"\n## {name}\n", flush=True)
        failed += subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main())
