"""The time machine: go back to any moment of a training that was kept, and look at the network as it was."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from cnnviz.core.errors import Refusal
from cnnviz.core.training import mistakes
from cnnviz.figures.evaluation import confusion_table
from cnnviz.jobs.runs.store import Run, RunStore, Snapshot
from cnnviz.ui.components.player import player
from cnnviz.ui.i18n import gettext_noop, translate, translate_plural, translate_refusal
from cnnviz.ui.shell import cache, page, session, terms
from cnnviz.ui.training import snapshot_view
from cnnviz.ui.training.run_status import RunStatus
from cnnviz.ui.training.snapshot_view import Moment

NEWEST = -1

HELD_OUT = gettext_noop("[[validation set|Held-out pictures]], what they are and what they are read as")
CONFUSED = gettext_noop(
    "{right:,} of {number:,} right, an [[accuracy]] of {share:.1%}. In this [[confusion matrix]] a row is a "
    "[[label]], a column an answer; only mistakes are coloured."
)


def pick(status: RunStatus, kept: Sequence[Snapshot]) -> Snapshot | None:
    """Show the slider over the moments of a run; return the one to look at, None to follow the training."""
    if not kept:
        return None
    st.caption(translate("Time machine: the network as it was at every moment that was kept"))
    labels = [*(name_moment(status, one) for one in kept), *([_name_newest(status)] if status.live else [])]
    last = len(labels) - 1
    chosen = session.get("moment")
    at = player(
        "time-machine", labels, last if chosen == NEWEST else min(chosen, last), label=translate("Time machine")
    )
    session.put(moment=NEWEST if at == last else at)
    return kept[at] if at < len(kept) else None


def go_to(steps: Sequence[int], step: float) -> None:
    """Go to the moment nearest to a batch, such as one that was clicked in the chart; `steps` are those kept."""
    nearest = min(range(len(steps)), key=lambda index: abs(steps[index] - step))
    session.put(moment=nearest)


def name_moment(status: RunStatus, kept: Snapshot) -> str:
    """Name a moment by the epoch that it lies in, or ends, and its batch."""
    if kept.step == 0:
        return translate("before the first batch")
    # A moment at the end of an epoch may be older than that end, so what it says of its epoch does not count there.
    ends = {int(step): epoch for epoch, step in enumerate(status.curves.epochs.steps, 1)}
    epoch = ends.get(kept.step, kept.epoch + 1)
    return translate("epoch {epoch}, batch {step:,}", epoch=epoch, step=kept.step)


def _name_newest(status: RunStatus) -> str:
    """Name the moment where a training is."""
    newest = status.get_payload("batches")
    if not newest:
        return translate("now, before the first batch")
    return translate("now, epoch {epoch}, batch {step:,}", epoch=newest.get("epoch", 1), step=newest["step"])


def replay(store: RunStore, run_id: str, kept: Snapshot, digit: np.ndarray) -> Moment | None:
    """Return what the network of that moment makes of the visitor's digit, None (and say why) if it makes nothing."""
    try:
        return snapshot_view.from_network(cache.load_snapshot(store, run_id, kept), digit, kept.step, kept.epoch)
    except Refusal as reason:
        st.caption(page.escape_markdown(translate_refusal(reason)))
        return None


def show_confusion(store: RunStore, run: Run, kept: Snapshot) -> None:
    """Show which classes were taken for which at that moment, or why that cannot be shown."""
    try:
        counts = store.confusion(run.id, kept)
        if len(counts) != len(run.architecture.classes):
            return
    except Refusal as reason:
        st.caption(page.escape_markdown(translate_refusal(reason)))
        return
    classes = run.architecture.classes
    right, number = int(np.trace(counts)), int(counts.sum())
    st.markdown("**" + terms.explain(HELD_OUT) + "**")
    st.caption(
        terms.explain(
            CONFUSED,
            right=right,
            number=number,
            share=right / number if number else 0.0,
        )
    )
    st.html(confusion_table.write(counts, rows=translate("was"), columns=translate("read as"), names=classes))
    if commonest := mistakes.find_commonest(counts):
        label, answer, number = commonest
        st.caption(
            translate_plural(
                "The commonest mistake: {label} read as {answer}, {number} time.",
                "The commonest mistake: {label} read as {answer}, {number:,} times.",
                number,
                label=page.escape_markdown(classes[label]),
                answer=page.escape_markdown(classes[answer]),
            )
        )
