"""A visitor's own networks: whether their answers to the test set are there."""

from __future__ import annotations

import streamlit as st

from cnnviz.core.evaluation.evaluation import Evaluation
from cnnviz.ui.i18n import translate


def get_evaluation(name: str, source: str) -> Evaluation | None:  # noqa: ARG001 - none is kept yet
    """Return the answers of a visitor's own network; None where they were not computed."""
    return None


def offer(name: str) -> None:  # noqa: ARG001 - as above
    """Say that a network's answers are not there."""
    st.info(translate("The test digits were not read with this network. Choose one that comes with the app."))
