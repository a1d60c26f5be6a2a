"""The network picker, and what there is to know about the chosen network."""

from __future__ import annotations

import numpy as np
import streamlit as st

from cnnviz.core import shelf
from cnnviz.core.cards import Card
from cnnviz.core.network import Network
from cnnviz.core.refusals import Refusal
from cnnviz.ui import cache, choices, server, state
from cnnviz.ui.words import say


def chosen() -> Network:
    """Return the network that the visitor chose."""
    return cache.network(state.get("network"))


def pick() -> None:
    """Show the picker with each network's accuracy and size, and the chosen network's card."""
    choices.pick("network", say("Network"), shelf.names(), _line, width=540)
    about = st.popover(say("About this network"), on_change="rerun")
    if about.open:
        with about:
            _about(cache.card(state.get("network")))


def _line(name: str) -> str:
    try:
        card = cache.card(name)
    except Refusal:
        return name  # what is wrong with it is said when it is chosen
    return say("{name} · {accuracy:.2f} % right on MNIST · {parameters:,} parameters",
               name=name, accuracy=100 * card.test_accuracy, parameters=card.parameters)  # fmt: skip


def _about(card: Card) -> None:
    server.bring("plotly.graph_objects")
    from cnnviz.figures import confusion, curves  # Plotly is loaded only by those who look at a chart

    st.markdown(_facts(card))
    names = (say("training"), say("validation"))
    for quantity, title in (("loss", say("Loss")), ("accuracy", say("Accuracy"))):
        figure = curves.learning(card.curves[quantity], card.curves.get(f"val_{quantity}", ()),
                                 names=names, x=say("Epoch"), y=title)  # fmt: skip
        st.plotly_chart(figure, key=f"curve-{quantity}", config={"displayModeBar": False})
    figure = confusion.matrix(np.asarray(card.confusion), x=say("Answer"), y=say("Label"),
                              hover=say("%{z} digits labelled %{y} were read as %{x}"))  # fmt: skip
    st.plotly_chart(figure, key="confusion", config={"displayModeBar": False})


def _facts(card: Card) -> str:
    plan = card.plan
    rows = [
        (say("Test accuracy"), f"{100 * card.test_accuracy:.2f} %"),
        (say("Test loss"), f"{card.test_loss:.4f}"),
        (
            say("Digits drawn with pens"),
            "–" if card.pen_accuracy is None else f"{100 * card.pen_accuracy:.2f} %",
        ),
        (say("Parameters"), f"{card.parameters:,}"),
        (say("Trained with"), f"{plan.optimizer}, {plan.learning_rate:g}"),
        (say("Batch size, epochs"), f"{plan.batch_size}, {len(card.curves['loss'])}"),
    ]
    return "\n".join(f"- {name}: **{value}**" for name, value in rows)
