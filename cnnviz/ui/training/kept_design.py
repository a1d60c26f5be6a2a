"""Keep what a visitor is making on Train: a reload, or another tab, goes on with the same network, plan and guesses."""

from __future__ import annotations

from pathlib import Path

from cnnviz.jobs.runs import design
from cnnviz.jobs.runs.design import Design
from cnnviz.ui.shell import session, visitor
from cnnviz.ui.training import architecture_editor, plan_form


def restore() -> None:
    """Take up what was kept of this visitor, once in a session, unless something was made in it already."""
    owner = visitor.owner()
    if session.get("restored") == owner:
        return
    untouched = _get_present() == Design(architecture_editor.make_first_draft(), plan_form.make_first_draft())
    session.put(restored=owner)
    kept = design.load(_get_folder()) if untouched else None
    if kept is not None:
        session.put(draft=kept.draft, recipe=kept.plan, guesses=dict(kept.guesses), kept_design=kept.to_text())


def keep() -> None:
    """Write down what the visitor has changed; nothing for visitors who look only."""
    present = _get_present()
    known = (
        session.get("kept_design")
        or Design(architecture_editor.make_first_draft(), plan_form.make_first_draft()).to_text()
    )
    if present.to_text() != known:
        design.save(_get_folder(), present)
        session.put(kept_design=present.to_text())


def _get_present() -> Design:
    return Design(
        session.get("draft") or architecture_editor.make_first_draft(),
        session.get("recipe") or plan_form.make_first_draft(),
        {name: guess for name, guess in session.get("guesses").items() if guess},
    )


def _get_folder() -> Path:
    store = visitor.store()
    return store.home / store.owner
