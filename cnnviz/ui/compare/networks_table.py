"""The table of networks: accuracy with its interval, loss, size, and time, to be sorted and downloaded."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock

import streamlit as st

from cnnviz.core.background import BackgroundTask, Progress
from cnnviz.core.errors import Refusal
from cnnviz.core.evaluation import scores, timing
from cnnviz.core.evaluation.evaluation import Evaluation
from cnnviz.core.evaluation.published import PUBLISHED
from cnnviz.core.evaluation.scores import Score
from cnnviz.core.inference.subject import prepare_digit
from cnnviz.core.percentages import SIGN, format_percent
from cnnviz.figures.evaluation import networks_table
from cnnviz.jobs.own_networks.store import is_opened
from cnnviz.ui.compare import contenders
from cnnviz.ui.compare.sections import section
from cnnviz.ui.i18n import gettext_noop, translate, translate_refusal
from cnnviz.ui.shell import networks, page, session, url, widgets
from cnnviz.ui.shell.download_button import download_button

WHY = gettext_noop(
    "One number hides much: the [[confidence interval|interval]] says how far the [[accuracy]] would move with another "
    "10,000 digits. A network may be right less often and still answer ten times sooner."
)

WAITING = gettext_noop("Waiting")

NOT_TIMED = 100_000_000
"""Multiplications a digit from which on a network from a file is not timed: fifteen traces would take too long."""

FEWER = gettext_noop("{network} is large: its row is about the first {count:,} test digits.")

Measured = BackgroundTask[Mapping[str, float]]

_turn = Lock()
"""Held by the one measurement that runs: two at once would measure each other."""


@st.fragment
@page.guard
def show() -> None:
    """Show the section."""
    with section("networks", translate("All networks, measured alike"), WHY) as unfolded:
        if unfolded:
            _show_table()
    url.show(pen_down=False, place="networks")


def _show_table() -> None:
    found = _list_answers()
    rows = scores.sort(
        (scores.make_score(made, networks.load(made.name).architecture, networks.card(made.name)) for made in found),
        session.get("networks_by"),
    )
    task: Measured | None = session.get("speed")
    measured = (task.status.result if task else None) or {}
    widgets.one_of("networks_by", translate("Sorted by"))
    chosen = {session.get("compare_one"), session.get("compare_other")}
    head, texts = _write_columns(rows, measured)
    st.html(
        networks_table.write(
            translate("Networks on MNIST’s test set"),
            head,
            texts,
            [score.name in chosen for score in rows],
            head.index(translate("published")),
        )
    )
    most = max((made.count for made in found), default=0)
    for made in found:
        if made.count < most:
            title = page.escape_markdown(networks.title(made.name))
            st.caption(translate(FEWER, network=title, count=made.count))
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        running = task is not None and not task.status.done
        st.button(
            translate("Measure the time a digit here"),
            key="measure-speed",
            disabled=running,
            on_click=session.guard(_measure),
            args=(
                tuple(score.name for score in rows if not is_opened(score.name) or score.multiplications < NOT_TIMED),
            ),
        )
        download_button(
            translate("Table as CSV"),
            lambda: scores.to_csv(rows, measured).encode(),
            "networks.csv",
            mime="text/csv",
            key="networks-csv",
        )
    if task is not None and running:
        page.show_progress(task, WAITING)
    elif task is not None and task.status.refusal:
        st.warning(page.escape_markdown(translate_refusal(task.status.refusal)))


def _list_answers() -> list[Evaluation]:
    """Return the answers of all networks that have any."""
    found = []
    for name in networks.names():
        try:
            made = contenders.load(name)
        except Refusal:
            continue  # it is said where the network is chosen
        if made is not None:
            found.append(made)
    return found


def _write_columns(rows: list[Score], measured: Mapping[str, float]) -> tuple[list[str], list[list[str]]]:
    """Return the titles of the columns and the texts of the rows."""
    head = [
        translate("network"),
        translate("accuracy"),
        translate("95 % interval"),
        translate("loss"),
        translate("weights"),
        translate("multiplications a digit"),
        translate("training"),
    ]
    texts = [
        [
            networks.title(score.name),
            format_percent(score.accuracy, 2),
            " – ".join(f"{100 * end:.2f}" for end in score.interval) + SIGN,
            f"{score.loss:.4f}",
            f"{score.parameters:,}",
            f"{score.multiplications:,}",
            "–" if score.trained_seconds is None else format_time(score.trained_seconds),
        ]
        for score in rows
    ]
    if measured:
        head.append(translate("a digit here"))
        for score, row in zip(rows, texts, strict=True):
            row.append(f"{measured[score.name]:.1f} ms" if score.name in measured else "–")
    head.append(translate("published"))
    for score, row in zip(rows, texts, strict=True):
        row.append(translate(PUBLISHED[score.name]) if score.name in PUBLISHED else "–")
    if session.wants_everything():
        head += [str(digit) for digit in range(10)]
        for score, row in zip(rows, texts, strict=True):
            row += [f"{100 * share:.1f}" for share in score.per_digit]
    return head, texts


def format_time(seconds: float) -> str:
    """Return a time in seconds, or in minutes from 90 seconds on, short enough for a table."""
    if seconds < 90:
        return translate("{number:.0f} s", number=seconds)
    return translate("{number:.0f} min", number=seconds / 60)


def _measure(names: tuple[str, ...]) -> None:
    digit = prepare_digit(session.subject(), session.steps())
    tested = [networks.load(name) for name in names]

    def work(progress: Progress) -> Mapping[str, float]:
        with _turn:
            return timing.measure(tested, digit, progress)

    session.put(speed=BackgroundTask(work).start())
