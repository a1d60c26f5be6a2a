"""The report of a benchmark: figures as JSON, a Markdown table, and the machine."""

from __future__ import annotations

import json
import os
import platform
import statistics
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

RESULTS = Path("benchmarks/results")
PACKAGES = ("streamlit", "streamlit-drawable-canvas", "numpy", "plotly", "keras")


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def p95(values: Sequence[float]) -> float:
    """Return the value that 95 % of `values` do not exceed: the nearest rank, not interpolated."""
    return sorted(values)[max(0, -(-95 * len(values) // 100) - 1)]


def machine() -> dict[str, Any]:
    """Describe the machine and its load: absolute times mean little on a busy machine."""
    return {
        "python": platform.python_version(),
        "system": platform.system(),
        "cores": os.cpu_count(),
        "load": [round(load, 2) for load in os.getloadavg()] if hasattr(os, "getloadavg") else None,
        "packages": {name: version(name) for name in PACKAGES},
    }


def write(out: Path, figures: dict[str, Any]) -> None:
    """Write `figures` and the machine to `out`, creating its folder."""
    out.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"machine": machine(), **figures}, indent=2, ensure_ascii=False)
    out.write_text(text + "\n", encoding="utf-8")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Format a Markdown table: the first column is text, the others are figures."""
    rule = ["---", *("---:" for _ in head[1:])]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *rows))


def verdict(met: bool) -> str:
    return "met" if met else "missed"
