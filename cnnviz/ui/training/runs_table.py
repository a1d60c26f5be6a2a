"""The visitor's runs, one line each: how they went, what to compare, what to take home."""

from __future__ import annotations

from functools import partial

import streamlit as st

from cnnviz.core.errors import Refusal
from cnnviz.core.training import protocol
from cnnviz.jobs.exports.forms import make_file_name
from cnnviz.jobs.runs import downloads
from cnnviz.jobs.runs.store import Run
from cnnviz.ui.i18n import translate, translate_refusal
from cnnviz.ui.shell import page, session, url, visitor
from cnnviz.ui.shell.download_button import download_button
from cnnviz.ui.training import run_status, small_data
from cnnviz.ui.training.controls import describe_damage, describe_status, format_duration
from cnnviz.ui.training.run_status import RunStatus

FIRST = 8
"""Lines that are shown at first."""

MAX_COMPARED = 6
"""Runs whose curves can lie over one another and still be told apart."""


EVERY = 2.0
"""Seconds between two looks at runs that are not over."""


def show() -> None:
    """Show the table, the newest run first, and keep it true while something is trained."""
    store = visitor.store()
    live = any(run_status.follow(store, run.id).live for run in store.runs()[:FIRST])
    st.fragment(page.guard(_show_table), run_every=EVERY if live else None)()


def _show_table() -> None:
    if session.get("rerun_page"):
        session.put(rerun_page=False)
        st.rerun()  # the whole page, because what was clicked here changes what stands above
    store = visitor.store()
    run_status.touch(store)
    found, damaged = store.runs(), store.list_damaged()
    st.subheader(translate("Your runs"), anchor=False)
    if not found and not damaged:
        st.caption(translate("Nothing was trained yet. Start an experiment, or build a network of your own."))
        return
    everything = len(found) > FIRST and st.toggle(translate("Show all {number}", number=len(found)), key="all-runs")
    for run in found if everything else found[:FIRST]:
        _show_row(run_status.follow(store, run.id))
    for run_id in damaged:
        _show_damaged_row(run_id)


def _show_damaged_row(run_id: str) -> None:
    """Show a run whose record cannot be read: that it is so, and a button that deletes it."""
    with st.container(border=True, key=f"run-{run_id}", horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(
            translate("A run whose record is damaged, so it cannot be shown. Its number is {run}.", run=run_id),
            width="stretch",
        )
        st.button(translate("Delete this run"), key=f"delete-{run_id}", on_click=session.guard(_delete), args=(run_id,))


def _show_row(status: RunStatus) -> None:
    opened = status.run.id == session.get("opened_run")
    with st.container(border=True, key=f"run-{status.run.id}", gap="small"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            _show_line(status, opened)
        if opened:
            _show_more(status)


def _show_line(status: RunStatus, opened: bool) -> None:
    """Show what a row always shows."""
    run = status.run
    watched = run.id == session.get("watched")
    st.button(
        page.escape_markdown(run.title),
        key=f"watch-{run.id}",
        on_click=session.guard(_watch),
        args=(run.id,),
        width=210,
        type="primary" if watched else "secondary",
        help=translate("Look at this run"),
    )
    st.markdown(_describe(status), width="stretch")
    if not watched:
        st.checkbox(
            translate("Compare"),
            value=run.id in session.get("compared"),
            key=f"compare-{run.id}",
            on_change=session.guard(_compare),
            args=(run.id,),
            disabled=not status.has_data,
            help=None if status.has_data else translate("It has no curves yet: it has not learned from a batch."),
        )
    st.button(
        translate("Less") if opened else translate("More"),
        key=f"more-{run.id}",
        on_click=session.guard(_open),
        args=(run.id,),
    )


def _describe(status: RunStatus) -> str:
    """Return plan and result of a run in one line of Markdown."""
    plan, shown = status.run.plan, [describe_status(status)]
    shown += [f":orange[{describe_damage(status)}]"] if status.damaged else []
    shown += [translate("epoch {epoch} of {epochs}", epoch=status.epoch, epochs=status.epochs)]
    if (accuracy := status.get_payload("epoch").get("val_accuracy")) is not None:
        shown += [
            translate("validation **{accuracy:.1%}**", accuracy=accuracy)
            if plan.validation_examples
            else translate("test **{accuracy:.1%}**", accuracy=accuracy)
        ]
    if card := status.get_payload("result").get("card"):
        shown += [translate("test **{accuracy:.2%}**", accuracy=card["test_accuracy"])]
    if (seconds := status.get_payload("batches").get("seconds")) is not None:
        shown += [format_duration(seconds)]
    shown += [
        translate(
            "{digits:,} pictures, {optimizer} {rate:g}, batch {batch}",
            digits=status.get_payload("start").get("examples", small_data.count_digits(plan)[0]),
            optimizer=plan.optimizer,
            rate=plan.learning_rate,
            batch=plan.batch_size,
        )
    ]
    if small_data.was_used(status):
        shown += [translate("rough: on {name}, not on MNIST", name=small_data.NAME)]
    return " · ".join(shown)


def _watch(run_id: str) -> None:
    session.put(watched=run_id, moment=-1, rerun_page=True, followed_experiment="")
    session.scroll_up()
    session.choose("train_view", "watch")


def _compare(run_id: str) -> None:
    others = tuple(other for other in session.get("compared") if other != run_id)
    wanted = st.session_state.get(f"compare-{run_id}")
    session.put(compared=(*others, run_id)[-MAX_COMPARED:] if wanted else others, rerun_page=True)


def _open(run_id: str) -> None:
    session.put(opened_run="" if session.get("opened_run") == run_id else run_id, deleting="")


def _show_more(status: RunStatus) -> None:
    """Show what else can be done with a run, below its line: a popover at the foot of the page would be cut off."""
    run, store = status.run, visitor.store()
    if store.version(run.id):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            _explore(run)
            _offer_downloads(status)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.text_input(
            translate("Name"),
            value=run.title,
            max_chars=64,
            key=f"title-{run.id}",
            on_change=session.guard(_rename),
            args=(run.id,),
            width=320,
        )
        if session.get("deleting") != run.id:
            st.button(
                translate("Delete this run"), key=f"delete-{run.id}", on_click=session.guard(_ask), args=(run.id,)
            )
    if session.get("deleting") == run.id:
        _confirm_deletion(status)


def _ask(run_id: str) -> None:
    session.put(deleting=run_id)


def _confirm_deletion(status: RunStatus) -> None:
    """Delete a run after a second click only: neither it nor what it learned can be brought back."""
    st.warning(
        translate(
            "Delete “{title}” with everything that it learned? It cannot be brought back.",
            title=page.escape_markdown(status.run.title),
        )
        if not status.live
        else translate(
            "Stop and delete “{title}”? It cannot be brought back.", title=page.escape_markdown(status.run.title)
        )
    )
    with st.container(horizontal=True, gap="small"):
        st.button(
            translate("Delete it"),
            key=f"confirm-{status.run.id}",
            on_click=session.guard(_delete),
            args=(status.run.id,),
        )
        st.button(translate("Keep it"), key=f"keep-run-{status.run.id}", on_click=session.guard(_ask), args=("",))


def _explore(run: Run) -> None:
    """Offer to look at what came out with the other pages.

    It is a link, because the browser stops the clocks of this page before it follows one. Had the server switched the
    page, a fragment of this page that the browser asked for meanwhile would be run after the new page, and blank it.
    """
    layers = page.PAGES["layers"]
    st.page_link(
        layers.path,
        label=translate("Explore it on Layers"),
        query_params={url.NETWORK_LINK_NAME: protocol.make_network_name(run.id)},
    )


def _offer_downloads(status: RunStatus) -> None:
    """Offer card, weights, Keras file, curves, program and own set; each is made when it is asked for."""
    run, store = status.run, visitor.store()
    name = make_file_name(run.title)
    for offered in downloads.DOWNLOADS:
        if not offered.is_there(store, run.id):
            continue
        download_button(
            f"{name}{offered.suffix}",
            partial(offered.make, store, run.id),
            f"{name}{offered.suffix}",
            mime=offered.mime,
            key=f"download-{run.id}{offered.suffix}",
            help=translate(offered.what),
        )


def _rename(run_id: str) -> None:
    try:
        visitor.store().rename(run_id, st.session_state.get(f"title-{run_id}", ""))
    except Refusal as reason:
        st.toast(page.escape_markdown(translate_refusal(reason)))


def _delete(run_id: str) -> None:
    run_status.discard(visitor.store(), run_id)
    session.put(
        compared=tuple(other for other in session.get("compared") if other != run_id),
        watched="" if session.get("watched") == run_id else session.get("watched"),
        opened_run="",
        deleting="",
        rerun_page=True,
    )
