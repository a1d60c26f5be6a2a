"""The two networks that are compared, their answers to the test set, and the pictures of its digits."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import streamlit as st

from cnnviz.core.data import datasets
from cnnviz.core.data.datasets import Dataset
from cnnviz.core.errors import Refusal
from cnnviz.core.evaluation.evaluation import Evaluation
from cnnviz.core.inference import network_input, samples
from cnnviz.core.networks import model_store
from cnnviz.core.percentages import format_percent
from cnnviz.jobs.own_networks.store import is_opened
from cnnviz.ui.compare import own_networks
from cnnviz.ui.i18n import gettext_noop, translate, translate_refusal
from cnnviz.ui.shell import cache, networks, page, session, terms
from cnnviz.ui.shell.fields.compare import FIRST_ONE, FIRST_OTHER

MNIST = samples.SLUGS[datasets.MNIST]

Side = tuple[str, Evaluation, str]
"""One of the two networks: "one" or "other", its answers, and what it is called on screen."""


@dataclass(frozen=True)
class Pair:
    """Two networks and their answers to the same digits.

    Attributes:
        one: Answers of the first.
        other: Answers of the second.
        data: The test set, with the pictures of its digits.
    """

    one: Evaluation
    other: Evaluation
    data: Dataset

    @property
    def count(self) -> int:
        """Number of digits that both have read: all, or the first ones where a network is large."""
        return min(self.one.count, self.other.count)

    @property
    def right(self) -> tuple[np.ndarray, np.ndarray]:
        """Whether each network is right, (count,) bool, of the digits that both have read."""
        return self.one.right[: self.count], self.other.right[: self.count]

    @property
    def sides(self) -> tuple[Side, Side]:
        """Both networks."""
        return ("one", self.one, self.titles[0]), ("other", self.other, self.titles[1])

    @property
    def titles(self) -> tuple[str, str]:
        """What the two are called on screen."""
        return networks.title(self.one.name), networks.title(self.other.name)


FEWER = gettext_noop(
    "{network} is large, so it has read the first {count:,} of the {all:,} test digits: its [[accuracy]] is {share}, "
    "from {low} to {high} with 95 % [[confidence interval|confidence]]. What two networks read differently is counted "
    "on the digits that both have read."
)
COLOURED = gettext_noop(
    "{network} reads colours: each test digit has an ink and a paper of its own, as the colour digits have."
)
NOT_HERE = gettext_noop(
    "Not with {network}: this reads the networks many times, so it takes networks that read 28 × 28 × 1, or "
    "32 × 32 × 3, from 0 to 1, and all test digits."
)


def refuse_unusual(pair: Pair, *names: str) -> bool:
    """Say of networks, both of the pair unless `names` says which, that a section is not for them, if it is not."""
    for made in (pair.one, pair.other):
        if not is_opened(made.name) or (names and made.name not in names):
            continue
        if made.count < len(pair.data.y_test) or not network_input.is_usual(networks.load(made.name).architecture):
            st.info(translate(NOT_HERE, network=page.escape_markdown(networks.title(made.name))))
            return True
    return False


def _say_how(made: Evaluation, data: Dataset) -> None:
    """Say how a network from a file has read the test digits, where that is not as usual."""
    title, shape = page.escape_markdown(networks.title(made.name)), networks.input_shape(made.name)
    if made.count < len(data.y_test):
        low, high = (format_percent(end, 1) for end in made.interval)
        share = format_percent(made.accuracy, 1)
        values: dict[str, object] = {"network": title, "count": made.count, "all": len(data.y_test), "share": share}
        st.caption(terms.explain(FEWER, f"fewer-{made.name}", low=low, high=high, **values))
    if network_input.reads_colours(shape):
        st.caption(translate(COLOURED, network=title))


def choose_side(key: str, pair: Pair) -> Side:
    """Show which of the two networks a section is about, the value of the field `key`, and return that network."""
    names = ("one", "other")
    st.segmented_control(
        translate("Network"),
        names,
        format_func=lambda which: page.escape_markdown(pair.titles[names.index(which)]),
        default=session.get(key),
        required=True,
        **session.bind(key, names),
    )
    return pair.sides[names.index(session.get(key))]


def load(name: str, source: str = MNIST) -> Evaluation | None:
    """Return the answers of a network to a test set; None for a visitor's own that has not read it yet.

    Raises `Refusal` for answers of other weights.
    """
    if name in model_store.names():
        return cache.load_evaluation(name, cache.card(name).weights_sha256, source)
    return own_networks.get_evaluation(name, source)


def choose() -> Pair | None:
    """Show which two networks are compared; return their answers, or None, having said why, where there are none."""
    known = networks.names()
    for key, usual in (("compare_one", FIRST_ONE), ("compare_other", FIRST_OTHER)):
        if session.get(key) not in known:  # a run that was deleted, or a store without it
            session.choose(key, usual if usual in known else known[0])
    with st.container(key="contenders", horizontal=True, gap="small"):
        _pick("compare_one", translate("First network"), known)
        _pick("compare_other", translate("Second network"), known)
    data = datasets.load_test()
    if data.name != datasets.MNIST:
        waiting = not datasets.TEST_DOWNLOAD.start().status.done
        st.fragment(_wait_for_digits, run_every=0.5 if waiting else None)()
    names = session.get("compare_one"), session.get("compare_other")
    found = {name: _load_or_say(name, data) for name in dict.fromkeys(names)}  # what is missing is said once
    one, other = (found[name] for name in names)
    return None if one is None or other is None else Pair(one, other, data)


def _pick(key: str, label: str, known: Collection[str]) -> None:
    options = tuple(known)
    names = {name: networks.describe_in_full(name) for name in options}
    st.selectbox(
        label,
        options,
        index=options.index(session.get(key)),
        format_func=lambda name: names.get(name, name),
        width=430,
        **session.bind(key, options),
    )


def _load_or_say(name: str, data: Dataset) -> Evaluation | None:
    try:
        found = load(name, samples.SLUGS[data.name])
    except Refusal as reason:
        st.warning(page.escape_markdown(translate_refusal(reason)))
        return None
    if found is not None and found.data_sha256 != data.sha256:
        st.warning(
            translate(
                "The stored answers of {network} are about other digits than this server has.",
                network=page.escape_markdown(networks.title(name)),
            )
        )
        return None
    if found is None:
        own_networks.offer(name)
    elif is_opened(name):
        _say_how(found, data)
    return found


@page.guard
def _wait_for_digits() -> None:
    """Say which digits stand in for MNIST, and draw the page again when that has come."""
    status = datasets.TEST_DOWNLOAD.status
    if datasets.load_test().name == datasets.MNIST:
        st.rerun()
    st.caption(terms.explain((status.result or datasets.load_test()).note, "contenders"))
    if status.message and not status.done:
        st.progress(status.fraction, translate(status.message))


def find_current(data: Dataset) -> int:
    """Return the index of the test digit that every page shows now, or -1."""
    source = session.subject()
    return source.number if source.kind == "sample" and source.source == samples.SLUGS.get(data.name) else -1


def take(data: Dataset, indexes: np.ndarray, place: int) -> None:
    """Show the test digit at `place` of `indexes` on every page from now on."""
    if 0 <= place < len(indexes):
        session.show(samples.make_subject(datasets.sample(data, int(indexes[place]))))
