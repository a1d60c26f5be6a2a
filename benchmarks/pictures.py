"""Pictures that people open, made by program and read as uploads are: `python -m benchmarks.pictures [OUT.json]`.

Every kind of `measuring.picture_kinds` and of `measuring.later_picture_kinds` is read by three contestants: the default
network and a plain one behind the picture reader, and the default network behind a plain resize to 28x28. Counted:
right answers, and wrong ones with a probability above 80 %. The column "clean" has the same digits drawn on a canvas:
what the network itself gets wrong. Some kinds were used to improve the reader, others were not
(`picture_kinds.PURPOSES`). Digits come from the pens of writers who were never trained on (CNNVIZ_DATA) and from
MNIST's test set.
"""

from __future__ import annotations

import argparse
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as in app.py

import time
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

import benchmarks.measuring.later_picture_kinds  # noqa: F401  (adds its kinds to `KINDS`)
from benchmarks.measuring import digits, picture_kinds, report
from benchmarks.measuring.picture_kinds import KINDS, PURPOSES, Kind, Source
from cnnviz.core.data import datasets
from cnnviz.core.drawing import preprocessing
from cnnviz.core.inference.trace import predict
from cnnviz.core.networks import model_store
from cnnviz.core.networks.network import Network
from cnnviz.workers.data import pen_strokes

OUT = report.RESULTS / "pictures.json"
COUNT = 40
SURE = 0.8
"""A wrong answer with a larger probability than this is the kind that a visitor believes."""

DEFAULT, PLAIN = "pen", "cnn-32-64-64"
RESIZE = "resize"
CLEAN = "clean"
CONTESTANTS = (DEFAULT, PLAIN, RESIZE, CLEAN)

GOALS = {"all": 98.5, "photograph": 97.0}
"""Percent that the default network has to read, of all pictures and of a group."""

MAX_SURE_WRONG = 0.003


def sources(pens: Path) -> list[Source]:
    """Choose digits that no network here was trained on: held-out writers, and as many of MNIST's test set."""
    read = pen_strokes.read(pens)
    written = [Source(d.label, d.strokes) for d in read.digits if d.writer in pen_strokes.HELD_OUT]
    mnist = datasets.load(allow_download=False)
    chosen = np.random.default_rng(1).choice(len(mnist.x_test), len(written), replace=False)
    return written + [Source(int(mnist.y_test[i]), image=mnist.x_test[i]) for i in chosen]


def resize(rgba: np.ndarray) -> np.ndarray:
    """Prepare as a tutorial does: grey, 28x28, inverted where the border is bright, stretched to [0, 1]."""
    grey = np.asarray(Image.fromarray(rgba).convert("L").resize((28, 28), Image.Resampling.BILINEAR), np.float32)
    edge = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    ink = 255 - grey if np.median(edge) > 127 else grey
    stretched: np.ndarray = (ink - ink.min()) / max(float(np.ptp(ink)), 1.0)
    return stretched


def draw_clean(source: Source) -> np.ndarray:
    """Draw the digit as a canvas of the app gives it: a round brush of 20 of 280 pixels."""
    ink = source.ink(np.random.default_rng(0), 280, 0.72, 0.1)
    rgba = np.zeros((280, 280, 4), np.uint8)
    rgba[..., 3] = np.round(ink * 255)
    return rgba


def measure(kind: Kind, sources_: list[Source], count: int, networks: dict[str, Network]) -> dict[str, Any]:
    """Read `count` pictures of a kind by every contestant."""
    made = list(picture_kinds.pictures(kind, sources_, count))
    labels = np.array([label for label, _ in made])
    start = time.perf_counter()
    read = np.stack([preprocessing.from_picture(rgba).digit for _, rgba in made])
    seconds = (time.perf_counter() - start) / count
    plain = np.stack([resize(rgba) for _, rgba in made])
    clean = np.stack(
        [preprocessing.from_canvas(draw_clean(each)).digit for each in picture_kinds.choose(kind, sources_, count)]
    )
    shown = {DEFAULT: (DEFAULT, read), PLAIN: (PLAIN, read), RESIZE: (DEFAULT, plain), CLEAN: (DEFAULT, clean)}
    answers = {name: judge(predict(networks[network], x), labels) for name, (network, x) in shown.items()}
    return {
        "kind": kind.name,
        "group": kind.group,
        "purpose": kind.purpose,
        "count": count,
        "seconds": seconds,
        **answers,
    }


def judge(shares: np.ndarray, labels: np.ndarray) -> dict[str, Any]:
    """Count right answers and those that are wrong and sure; say which pictures were wrong."""
    wrong = shares.argmax(axis=1) != labels
    sure = wrong & (shares.max(axis=1) > SURE)
    return {"right": int((~wrong).sum()), "sure_wrong": int(sure.sum()), "wrong": np.flatnonzero(wrong).tolist()}


def add_up(rows: list[dict[str, Any]], name: str) -> dict[str, Any]:
    """Add up the rows of several kinds."""
    sums = {each: {key: sum(row[each][key] for row in rows) for key in ("right", "sure_wrong")} for each in CONTESTANTS}
    return {"kind": name, "group": "", "purpose": "", "count": sum(row["count"] for row in rows), **sums}


def totals(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Add up all kinds, the halves and the groups."""
    parts = {"all": rows}
    parts |= {each: [row for row in rows if row["purpose"] == each] for each in PURPOSES}
    parts |= {group: [row for row in rows if row["group"] == group] for group in sorted({r["group"] for r in rows})}
    return [add_up(part, name) for name, part in parts.items() if part]


def table(rows: list[dict[str, Any]]) -> str:
    """Write right answers in percent, and behind a stroke how many were wrong with more than 80 %."""
    head = ("kind", "purpose", "pictures", *CONTESTANTS)
    return report.table(
        head,
        [
            (
                row["kind"],
                row["purpose"],
                str(row["count"]),
                *(f"{100 * row[each]['right'] / row['count']:.1f} / {row[each]['sure_wrong']}" for each in CONTESTANTS),
            )
            for row in rows
        ],
    )


def goals(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Compare the results with the goals."""
    sums = {row["kind"]: row for row in totals(rows)}
    found = []
    for name, least in GOALS.items():
        if name in sums:
            share = 100 * sums[name][DEFAULT]["right"] / sums[name]["count"]
            found.append({"what": f"percent right, {name}", "at_least": least, "found": share, "met": share >= least})
    sure = sums["all"][DEFAULT]["sure_wrong"] / sums["all"]["count"]
    found.append(
        {"what": "wrong with more than 80 %", "at_most": MAX_SURE_WRONG, "found": sure, "met": sure <= MAX_SURE_WRONG}
    )
    behind = [row["kind"] for row in rows if row[DEFAULT]["right"] < row[RESIZE]["right"]]
    found.append({"what": "kinds behind a plain resize", "at_most": 0, "found": len(behind), "met": not behind})
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pictures", description=__doc__)
    parser.add_argument("out", type=Path, nargs="?", default=OUT, metavar="OUT.json", help="where the JSON goes")
    parser.add_argument("--count", type=int, default=COUNT, help="pictures of a kind")
    parser.add_argument("--purpose", choices=PURPOSES, nargs="+", default=PURPOSES, help="only kinds for these")
    parser.add_argument("--data", type=Path, help="folder with pen_strokes.json.gz; else CNNVIZ_DATA")
    asked = parser.parse_args()
    digits.need_mnist()
    pens = (asked.data or Path(os.environ.get("CNNVIZ_DATA", "."))) / "pen_strokes.json.gz"
    if not pens.is_file():
        raise SystemExit(f"This benchmark needs digits written with pens. Received: {pens}. Name their folder: --data")
    found = sources(pens)
    networks = {name: model_store.load(name) for name in (DEFAULT, PLAIN)}
    kinds = [kind for kind in KINDS if kind.purpose in asked.purpose]
    rows = [measure(kind, found, asked.count, networks) for kind in kinds]
    met = goals(rows)
    report.write(asked.out, {"count": asked.count, "rows": rows, "totals": totals(rows), "goals": met})
    print(table(rows), table(totals(rows)), sep="\n\n")
    for each in met:
        print(f"\n{each['what']}: {each['found']:.3g}: {report.verdict(each['met'])}")


if __name__ == "__main__":
    main()
