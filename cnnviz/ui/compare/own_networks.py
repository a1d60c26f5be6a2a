"""A visitor's own networks: their answers to the test set, and the button that has them computed by a worker."""

from __future__ import annotations

import streamlit as st

from cnnviz.core.background import BackgroundTask
from cnnviz.core.data import datasets
from cnnviz.core.evaluation import evaluation
from cnnviz.core.evaluation.evaluation import READING, Evaluation
from cnnviz.core.networks.architecture import DIGITS
from cnnviz.core.training import protocol
from cnnviz.jobs.own_networks.store import is_opened
from cnnviz.jobs.runs import evaluator
from cnnviz.ui.i18n import gettext_noop, translate, translate_refusal
from cnnviz.ui.shell import networks, page, session, visitor

NOT_READ = gettext_noop(
    "{network} has not read the test digits yet. That takes half a minute or less, beside the page."
)
LARGE = gettext_noop(
    "{network} has not read the test digits yet. It is large, so it reads the first {count:,} of {all:,}. That takes "
    "two minutes or less, beside the page."
)
OTHER_CLASSES = gettext_noop(
    "Networks are compared by how they read test digits, and the classes of {network} are not the digits 0 to 9. "
    "Choose another network."
)
NAME_THEM = gettext_noop("If they are digits, name them 0 to 9 under “Open your own”.")
NOT_ENDED = gettext_noop("The training of {network} has not ended, so there is nothing to compare yet.")

Task = BackgroundTask[Evaluation]


def get_evaluation(name: str, source: str) -> Evaluation | None:
    """Return the answers of a visitor's own network to a test set; None where they were not computed.

    Raises `Refusal` if they are damaged or of other weights.
    """
    if is_opened(name):
        reads_digits = networks.entry(name).architecture.classes == DIGITS
        return visitor.networks().evaluation(name, source) if reads_digits else None
    run_id = protocol.parse_run_id(name)
    return None if run_id is None else visitor.store().evaluation(run_id, source)


def offer(name: str) -> None:
    """Offer to read the test digits with a network, and show how far that is."""
    task: Task | None = session.get("evaluating").get(name)
    title = page.escape_markdown(networks.title(name))
    if networks.load(name).architecture.classes != DIGITS:
        advice = [translate(NAME_THEM)] if is_opened(name) and _has_ten_classes(name) else []
        st.info(" ".join([translate(OTHER_CLASSES, network=title), *advice]))
    elif not is_opened(name) and networks.card(name) is None:
        st.info(translate(NOT_ENDED, network=title))
    elif task is not None and not task.status.done:
        page.show_progress(task, READING)
    else:
        if task is not None and task.status.refusal is not None:
            st.warning(page.escape_markdown(translate_refusal(task.status.refusal)))
        st.info(_say_what_reading_takes(name, title))
        st.button(
            translate("Read the test digits with {network}", network=title),
            key=f"evaluate-{name}",
            on_click=session.guard(_evaluate),
            args=(name,),
        )


def _has_ten_classes(name: str) -> bool:
    return len(networks.entry(name).architecture.classes) == len(DIGITS)


def _say_what_reading_takes(name: str, title: str) -> str:
    available = len(datasets.load_test().y_test)
    count = evaluation.choose_count(networks.entry(name).architecture, available) if is_opened(name) else available
    if count == available:
        return translate(NOT_READ, network=title)
    return translate(LARGE, network=title, count=count, all=available)


def _evaluate(name: str) -> None:
    data = datasets.load_test()
    if is_opened(name):
        opened = visitor.networks()
        task = Task(lambda progress: evaluator.evaluate_opened(opened, name, data, progress))
    else:
        store, run_id = visitor.store(), protocol.parse_run_id(name) or ""
        task = Task(lambda progress: evaluator.evaluate(store, run_id, data, progress))
    session.put(evaluating={**session.get("evaluating"), name: task.start()})
