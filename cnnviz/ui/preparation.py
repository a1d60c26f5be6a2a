"""The preparation steps: a picture and a switch for each, and what the switch does to the answer."""

from __future__ import annotations

import streamlit as st

from cnnviz.core.digit import STEPS
from cnnviz.core.network import Network
from cnnviz.ui import choices, options, state
from cnnviz.ui.answer import percent
from cnnviz.ui.components.thumbnails import thumbnails
from cnnviz.ui.subject import Reading, Subject, without_each
from cnnviz.ui.words import say


def show(network: Network, reading: Reading, subject: Subject, pen_down: bool) -> None:
    """Show how `subject` became 28x28; what each switch does is worked out when the pen is lifted."""
    st.markdown(f"**{say('From your drawing to 28×28')}**")
    if reading.preparation is None:
        _ready(reading, subject)
        return
    steps = reading.preparation.steps
    thumbnails(
        "preparation",
        [step.image for step in steps],
        [say(options.PREPARATION[step.name][0]) for step in steps],
        label=say("The drawing after each step"),
        size=76,
        faded=[place for place, step in enumerate(steps) if not step.active],
    )
    if not pen_down:
        state.put(effects={} if reading.empty else without_each(network, subject, state.steps()))
    _switches(state.get("effects"))


def _ready(reading: Reading, subject: Subject) -> None:
    thumbnails("preparation", [reading.digit], [say("What the network reads")],
               label=say("The drawing after each step"), size=140)  # fmt: skip
    st.caption(
        say(
            "MNIST’s own digits were prepared like this when MNIST was made. Draw one yourself to see the steps."
        )
        if subject.kind == "sample"
        else say("This picture came with the link, already prepared.")
    )


def _switches(others: dict[str, tuple[int, float]]) -> None:
    for name in STEPS:
        label, why = options.PREPARATION[name]
        choices.switch(state.step_key(name), _with_effect(say(label), name, others), help=say(why))


def _with_effect(label: str, name: str, others: dict[str, tuple[int, float]]) -> str:
    if name not in others:
        return label
    digit, share = others[name]
    template = (
        "{label} :gray[· without it: {digit}, {share}]"
        if name in state.steps()
        else "{label} :gray[· with it: {digit}, {share}]"
    )
    return say(template, label=label, digit=digit, share=percent(share))
