"""Progress of a training, and its buttons: pause, resume, stop, one more epoch."""

from __future__ import annotations

from functools import partial

import streamlit as st

from cnnviz.core.networks.training_plan import MAX_EPOCHS
from cnnviz.core.training.protocol import Command, Payload
from cnnviz.jobs import api
from cnnviz.jobs.runs import planner
from cnnviz.ui.i18n import gettext_noop, translate, translate_plural, translate_refusal
from cnnviz.ui.shell import page, session, terms, visitor
from cnnviz.ui.training import run_status, start_times
from cnnviz.ui.training.run_status import INTERRUPTED, RunStatus

STATES = {
    planner.PLANNED: gettext_noop("planned: starts after your other runs"),
    "queued": gettext_noop("waiting"),
    "running": gettext_noop("learning"),
    "paused": gettext_noop("paused"),
    "done": gettext_noop("done"),
    "cancelled": gettext_noop("cancelled"),
    "failed": gettext_noop("failed"),
    "lost": gettext_noop("lost: its process ended twice"),
    INTERRUPTED: gettext_noop("interrupted: the server was stopped"),
}
"""State of a run -> what the visitor reads."""

ENDINGS = {
    "finished": gettext_noop("done"),
    "early": gettext_noop("done: [[early stopping|stopped early]], with the weights of its best epoch"),
    "stopped": gettext_noop("stopped by you"),
    "diverged": gettext_noop("diverged: stopped, with the weights of its last good epoch"),
    "time": gettext_noop("stopped: its time was over"),
}
"""Why a finished run ended -> what the visitor reads."""


ASKED = {
    "pause": gettext_noop("pausing after this batch"),
    "resume": gettext_noop("going on"),
    "stop": gettext_noop("stopping after this batch, and keeping the result"),
    "cancel": gettext_noop("being cancelled"),
}
"""Command -> what the visitor reads until the worker has followed it."""


def describe_status(status: RunStatus) -> str:
    """Return in a few words how a run stands."""
    if status.state == "queued" and status.position:
        return translate("waiting, number {place} in the queue", place=status.position)
    if status.asked in ASKED:
        return translate(ASKED[status.asked])
    if start_times.is_starting(status):
        if start_times.is_slow(status):
            return translate("starting: the machine is busy, so it takes longer than usual")
        return translate("starting, which usually takes {time}", time=format_duration(start_times.get_usual_seconds()))
    if status.state == "done" and status.run.ended in ENDINGS:
        return terms.explain(ENDINGS[status.run.ended], status.run.id)
    return translate(STATES[status.state])


def describe_damage(status: RunStatus) -> str:
    """Say how much of a run's record cannot be read."""
    return translate_plural(
        "{number} entry of this run's record is damaged and left out",
        "{number} entries of this run's record are damaged and left out",
        status.damaged,
    )


def show(status: RunStatus) -> None:
    """Show progress, speed and buttons of a run, in one line where they fit."""
    with st.container(key="progress-line", horizontal=True, vertical_alignment="bottom", gap="small"):
        st.progress(share(status), text=_describe_progress(status))
        _show_buttons(status)
    if status.message is not None:
        st.warning(page.escape_markdown(translate_refusal(status.message)))
    if status.damaged:
        st.warning(describe_damage(status))


def share(status: RunStatus) -> float:
    """Return the finished share of the plan, 0 to 1."""
    if status.state == "done":
        return 1.0
    batches = status.get_payload("start").get("batches", 0) * status.epochs
    return min(1.0, status.get_payload("batches").get("step", 0) / batches) if batches else 0.0


def _describe_progress(status: RunStatus) -> str:
    parts = [f"**{page.escape_markdown(status.run.title)}**", describe_status(status)]
    parts += [translate("epoch {epoch} of {epochs}", epoch=status.epoch, epochs=status.epochs)]
    if status.live and status.attempt > 1:
        parts += [_describe_second_attempt(status.resumed_after)]
    pace = status.get_payload("batches")
    if pace and status.live:
        parts += _describe_pace(pace)
    elif pace.get("seconds") is not None:
        parts += [translate("took {time}", time=format_duration(pace["seconds"]))]
    return " · ".join(parts)


def _describe_second_attempt(finished: int) -> str:
    if finished == 0:
        return translate("its process ended; it begins again")
    return translate("its process ended; it goes on after epoch {epoch}", epoch=finished)


def _describe_pace(payload: Payload) -> list[str]:
    """Describe the speed; nothing before the worker's second call, as the first one makes the graph."""
    if payload.get("images_per_second") is None or payload.get("seconds_left") is None:
        return []
    return [
        translate("{pace:,.0f} images a second", pace=payload["images_per_second"]),
        translate("about {time} left", time=format_duration(payload["seconds_left"])),
    ]


def format_duration(seconds: float) -> str:
    """Return a time as people say it."""
    if seconds < 90:
        return translate_plural("{number} second", "{number} seconds", max(1, round(seconds)))
    return translate("{minutes}:{seconds:02} minutes", minutes=int(seconds // 60), seconds=int(seconds % 60))


def _show_buttons(status: RunStatus) -> None:
    if status.state == "running":
        _show_button(translate("Pause"), "pause", status)
    if status.state == "paused":
        _show_button(translate("Resume"), "resume", status)
    if status.state in ("running", "paused"):
        _show_button(translate("Stop and keep"), "stop", status)
        if status.epochs < MAX_EPOCHS:
            _show_button(translate("One more epoch"), "more", status)
    if status.live:
        _show_button(translate("Cancel"), "cancel", status)
        if status.state != planner.PLANNED:
            _show_keep_switch(status)
    elif _can_go_on(status):
        st.button(
            translate("One more epoch") if status.state == "done" else translate("Go on from the last epoch"),
            on_click=session.guard(_go_on),
            args=(status,),
            key="go-on",
        )


def _show_button(label: str, command: str, status: RunStatus) -> None:
    st.button(label, key=f"command-{command}", on_click=session.guard(partial(_command, status, command)))


def _show_keep_switch(status: RunStatus) -> None:
    """Let the visitor leave a training alone; the switch shows the scheduler's state, whichever tab set it."""
    key, limits = f"keep-{status.run.id}", api.Limits()
    if st.session_state.get(key) != status.kept:
        st.session_state[key] = status.kept
    st.toggle(
        translate("Keep training when I leave"),
        key=key,
        on_change=session.guard(_keep),
        args=(status.run.id, key),
        help=translate(
            "Without it, a training that nobody looks at for {lease:.0f} minutes is cancelled. In any case "
            "one ends after {most:.0f} minutes of training.",
            lease=limits.lease_seconds / 60,
            most=limits.run_seconds / 60,
        ),
    )


def _keep(run_id: str, key: str) -> None:
    if isinstance(kept := st.session_state.get(key), bool):
        api.scheduler().keep(run_id, kept)


def _command(status: RunStatus, command: str) -> None:
    if status.state == planner.PLANNED:
        run_status.discard(visitor.store(), status.run.id)
        session.put(watched="")
    else:
        api.scheduler().command(status.run.id, Command(command))


def _can_go_on(status: RunStatus) -> bool:
    """Return whether the run can go on; not after a training that diverged."""
    return status.epoch > 0 and status.epochs < MAX_EPOCHS and status.run.ended != "diverged"


def _go_on(status: RunStatus) -> None:
    """Train on: to the end of the plan, or one epoch beyond it."""
    more = status.epoch + 1 if status.state == "done" else max(status.epochs, status.epoch + 1)
    planner.continue_run(visitor.store(), status.run.id, more)
    run_status.forget(status.run.id)
    session.put(moment=-1)
