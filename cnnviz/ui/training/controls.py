"""How far a training is, and what the visitor can do about it."""

from __future__ import annotations

from functools import partial

import streamlit as st

from cnnviz.core.errors import Refusal
from cnnviz.core.networks.training_plan import MAX_EPOCHS
from cnnviz.core.training.protocol import Command, Facts
from cnnviz.jobs import api
from cnnviz.jobs.runs import planner
from cnnviz.ui.i18n import gettext_noop, translate, translate_plural, translate_refusal
from cnnviz.ui.shell import page, session, visitor
from cnnviz.ui.training import run_status
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
    "early": gettext_noop("done: stopped early, with the weights of its best epoch"),
    "stopped": gettext_noop("stopped by you"),
    "diverged": gettext_noop("diverged: stopped, with the weights of its last good epoch"),
    "time": gettext_noop("stopped: its time was over"),
}
"""Why a finished run ended -> what the visitor reads."""


def status(followed: RunStatus) -> str:
    """Return in a few words how a run stands."""
    if followed.state == "queued" and followed.position:
        return translate("waiting, number {place} in the queue", place=followed.position)
    if followed.state == "done" and followed.run.ended in ENDINGS:
        return translate(ENDINGS[followed.run.ended])
    return translate(STATES[followed.state])


def show(followed: RunStatus) -> None:
    """Show progress, speed and buttons of a run."""
    st.progress(_share(followed), text=_line(followed))
    if followed.message is not None:
        st.warning(page.plain(translate_refusal(followed.message)))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        _buttons(followed)


def _share(followed: RunStatus) -> float:
    """How much of the plan is done, 0 to 1."""
    if followed.state == "done":
        return 1.0
    batches = followed.facts("start").get("batches", 0) * followed.epochs
    return min(1.0, followed.facts("batches").get("step", 0) / batches) if batches else 0.0


def _line(followed: RunStatus) -> str:
    parts = [f"**{page.plain(followed.run.title)}**", status(followed)]
    parts += [translate("epoch {epoch} of {epochs}", epoch=followed.epoch, epochs=followed.epochs)]
    if followed.live and followed.attempt > 1:
        parts += [_second_attempt(followed.gone_on_after)]
    pace = followed.facts("batches")
    if pace and followed.live:
        parts += _pace(pace)
    elif pace:
        parts += [translate("took {time}", time=duration(pace["seconds"]))]
    return " · ".join(parts)


def _second_attempt(finished: int) -> str:
    if finished == 0:
        return translate("its process ended; it begins again")
    return translate("its process ended; it goes on after epoch {epoch}", epoch=finished)


def _pace(facts: Facts) -> list[str]:
    """How fast it goes; nothing before the second call of the worker, as the first one makes the graph."""
    if facts["images_per_second"] is None:
        return []
    return [
        translate("{pace:,.0f} images a second", pace=facts["images_per_second"]),
        translate("about {time} left", time=duration(facts["seconds_left"])),
    ]


def duration(seconds: float) -> str:
    """Return a time as people say it."""
    if seconds < 90:
        return translate_plural("{number} second", "{number} seconds", max(1, round(seconds)))
    return translate("{minutes}:{seconds:02} minutes", minutes=int(seconds // 60), seconds=int(seconds % 60))


def _buttons(followed: RunStatus) -> None:
    if followed.state == "running":
        _button(translate("Pause"), "pause", followed)
    if followed.state == "paused":
        _button(translate("Resume"), "resume", followed)
    if followed.state in ("running", "paused"):
        _button(translate("Stop and keep"), "stop", followed)
        if followed.epochs < MAX_EPOCHS:
            _button(translate("One more epoch"), "more", followed)
    if followed.live:
        _button(translate("Cancel"), "cancel", followed)
        if followed.state != planner.PLANNED:
            _keeping(followed)
    elif _can_go_on(followed):
        st.button(
            translate("One more epoch") if followed.state == "done" else translate("Go on from the last epoch"),
            on_click=_go_on,
            args=(followed,),
            key="go-on",
        )


def _button(label: str, command: str, followed: RunStatus) -> None:
    st.button(label, key=f"command-{command}", on_click=partial(_command, followed, command))


def _keeping(followed: RunStatus) -> None:
    """Let the visitor leave a training alone; the switch shows what the engine knows, whichever tab told it."""
    key, limits = f"keep-{followed.run.id}", api.Limits()
    if st.session_state.get(key) != followed.kept:
        st.session_state[key] = followed.kept
    st.toggle(
        translate("Keep training when I leave"),
        key=key,
        on_change=_keep,
        args=(followed.run.id, key),
        help=translate(
            "Without it, a training that nobody looks at for {lease:.0f} minutes is cancelled. In any case "
            "one ends after {most:.0f} minutes of training.",
            lease=limits.lease_seconds / 60,
            most=limits.run_seconds / 60,
        ),
    )


def _keep(run_id: str, key: str) -> None:
    api.scheduler().keep(run_id, st.session_state[key])


def _command(followed: RunStatus, command: str) -> None:
    if followed.state == planner.PLANNED:
        run_status.discard(visitor.store(), followed.run.id)
        session.put(watched="")
    else:
        api.scheduler().command(followed.run.id, Command(command))


def _can_go_on(followed: RunStatus) -> bool:
    """Whether something is left to go on from; not after a training that diverged."""
    return followed.epoch > 0 and followed.epochs < MAX_EPOCHS and followed.run.ended != "diverged"


def _go_on(followed: RunStatus) -> None:
    """Train on: to the end of the plan, or one epoch beyond it."""
    more = followed.epoch + 1 if followed.state == "done" else max(followed.epochs, followed.epoch + 1)
    try:
        planner.continue_run(visitor.store(), followed.run.id, more)
        run_status.forget(followed.run.id)
        session.put(moment=-1)
    except Refusal as reason:
        session.notice("{reason}", reason=reason)
