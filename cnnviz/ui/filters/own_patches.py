"""What excites the filters of a visitor's own network: found by a worker when asked for, kept beside the card."""

from __future__ import annotations

import streamlit as st

from cnnviz.core.background import BackgroundTask
from cnnviz.core.data import datasets
from cnnviz.core.evaluation.evaluation import READING
from cnnviz.core.lessons.filters.patches import NetworkPatches
from cnnviz.core.networks.network import Network
from cnnviz.core.training import protocol
from cnnviz.jobs.own_networks.store import is_opened
from cnnviz.jobs.runs import patch_finder
from cnnviz.ui.i18n import gettext_noop, translate, translate_refusal
from cnnviz.ui.shell import networks, page, session, visitor

NOT_SEARCHED = gettext_noop(
    "What excites the filters of {network} most, and names of deeper filters, are not found yet. A worker reads the "
    "test digits for it, which takes a minute or less, beside the page."
)
FROM_FILE = gettext_noop(
    "{network} was opened from a file, so what excites its filters among test digits is not searched."
)
NOT_ENDED = gettext_noop("The training of {network} has not ended, so its filters are not searched yet.")

Task = BackgroundTask[NetworkPatches]


def find(network: Network) -> NetworkPatches | None:
    """Return the patches of a visitor's own network; None, and offer to find them, where there are none yet."""
    run_id = protocol.parse_run_id(network.name)
    task: Task | None = session.get("filters_searching").get(network.name)
    found = None if task is None else task.status.result
    if network.card is not None and found is not None and found.about["weights_sha256"] == network.card.weights_sha256:
        return found  # found in this visit, so that no file is read at every run
    found = None if run_id is None else visitor.store().patches(run_id)
    if found is None:
        _offer(network, task)
    return found


def _offer(network: Network, task: Task | None) -> None:
    """Offer to find them, or show how far that is."""
    title = page.escape_markdown(networks.title(network.name))
    if is_opened(network.name):
        st.caption(translate(FROM_FILE, network=title))
        return
    if network.card is None:
        st.caption(translate(NOT_ENDED, network=title))
        return
    if task is not None and not task.status.done:
        page.show_progress(task, READING)
        return
    if task is not None and task.status.refusal is not None:
        st.warning(page.escape_markdown(translate_refusal(task.status.refusal)))
    st.caption(translate(NOT_SEARCHED, network=title))
    st.button(
        translate("Find what excites its filters"),
        key="find-patches",
        on_click=session.guard(_start),
        args=(network.name,),
    )


def _start(name: str) -> None:
    store, run_id, data = visitor.store(), protocol.parse_run_id(name) or "", datasets.load_test()
    task = Task(lambda progress: patch_finder.find(store, run_id, data, progress))
    session.put(filters_searching={**session.get("filters_searching"), name: task.start()})
