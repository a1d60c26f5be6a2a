"""Export the chosen network: as a file for Keras, for another cnnviz, for ONNX, or as a program."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import streamlit as st

from cnnviz.core.background import BackgroundTask
from cnnviz.core.errors import Refusal
from cnnviz.core.networks.architecture import DIGITS
from cnnviz.jobs.exports.exporter import EXPORTER, WAITING, ExportedNetwork
from cnnviz.jobs.exports.forms import FORMS, KERAS, ExportForm
from cnnviz.jobs.own_networks.store import is_opened
from cnnviz.ui.i18n import gettext_noop, translate, translate_refusal
from cnnviz.ui.shell import networks, page, session
from cnnviz.ui.shell.download_button import download_button

KEY = "network-export"

TITLE = gettext_noop("Export")
LOST = gettext_noop("Keras has no place for names of classes: the file keeps them for cnnviz alone.")


@dataclass(frozen=True)
class Attempt:
    """What a visitor is exporting.

    Attributes:
        network: Name of the network.
        form: Name of the form.
        outcome: The task that makes the file, or why it was not made.
    """

    network: str
    form: str
    outcome: BackgroundTask[str] | Refusal


def show(name: str) -> None:
    """Offer a network in every form; those that take seconds are made beside the page, and offered then."""
    exported = _export(name)
    attempt = _settle()
    with st.container(key=KEY, gap="small"):
        st.markdown(f"**{translate(TITLE)}**")
        for form in FORMS:
            _show_form(name, form, exported, attempt)


def _export(name: str) -> ExportedNetwork:
    plan = None if is_opened(name) else networks.plan(name)
    return ExportedNetwork(networks.load(name), networks.title(name), plan)


def _settle() -> Attempt | None:
    """Return what the visitor is taking out, once it has ended only if it was refused."""
    attempt: Attempt | None = session.get("network_export")
    if attempt is None or isinstance(attempt.outcome, Refusal) or not attempt.outcome.status.done:
        return attempt
    refusal = attempt.outcome.status.refusal
    attempt = None if refusal is None else Attempt(attempt.network, attempt.form, refusal)
    session.put(network_export=attempt)
    return attempt


def _show_form(name: str, form: ExportForm, exported: ExportedNetwork, attempt: Attempt | None) -> None:
    """Show a form: the file where it can be had at once, else a button that has it made."""
    file = exported.name_file(form)
    mine = attempt is not None and (attempt.network, attempt.form) == (name, form.name)
    outcome = attempt.outcome if attempt is not None else None
    with st.container(key=f"{KEY}-{form.name}", gap=None):
        if EXPORTER.has(form, exported):
            download_button(
                file,
                partial(EXPORTER.make, form, exported),
                file,
                mime=form.mime,
                key=f"export-{form.name}",
                icon=":material/download:",
                width="stretch",
            )
        else:
            st.button(
                translate("Make {file}", file=file),
                key=f"make-{form.name}",
                disabled=isinstance(outcome, BackgroundTask),
                on_click=session.guard(_begin),
                args=(name, form),
                width="stretch",
            )
        st.caption(translate(form.purpose))
        if form is KERAS and exported.network.architecture.classes != DIGITS:
            st.caption(translate(LOST))
        if mine and isinstance(outcome, BackgroundTask):
            page.show_progress(outcome, WAITING)
        elif mine and isinstance(outcome, Refusal):
            st.error(page.escape_markdown(translate_refusal(outcome)))


def _begin(name: str, form: ExportForm) -> None:
    try:
        outcome: BackgroundTask[str] | Refusal = EXPORTER.start(form, _export(name))
    except Refusal as reason:
        outcome = reason
    session.put(network_export=Attempt(name, form.name, outcome))
