"""Fool it: change the learner's digit, or show what is no digit, and see what two networks make of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from cnnviz.core.background import BackgroundTask, Progress
from cnnviz.core.data import colour_digits, datasets, non_digits
from cnnviz.core.data.datasets import Dataset
from cnnviz.core.evaluation import fooling
from cnnviz.core.evaluation.fooling import CHANGES
from cnnviz.core.inference import subject, trace
from cnnviz.core.inference.trace import format_share
from cnnviz.core.networks.network import Network
from cnnviz.ui.compare import contenders
from cnnviz.ui.compare.contenders import Pair
from cnnviz.ui.compare.sections import section
from cnnviz.ui.components.bars import LABELS, bars
from cnnviz.ui.components.thumbnails import thumbnails
from cnnviz.ui.i18n import gettext_noop, translate, translate_all, translate_plural, translate_refusal
from cnnviz.ui.shell import networks, page, process_tuning, session, url, widgets
from cnnviz.ui.shell.fields import FIELDS

WHY = gettext_noop(
    "Change your digit a little at a time and see at which point an answer turns. Then show pictures without any "
    "digit: a [[softmax]] shares 100 % among ten digits, whatever it is shown."
)
TURNS = gettext_noop("**{name}** reads a {first}. At {amount:g} {unit} that becomes a {answer}.")
KEEPS = gettext_noop("**{name}** reads a {first}, whatever the amount.")
NOT_A_DIGIT = gettext_noop(
    "This is no digit: **{name}** answers {answer} and is {share} sure. Letters, scribbles and symbols have no right "
    "answer here."
)
EMPTY = gettext_noop("Nothing is drawn, so there is nothing to change. Draw a digit at the top of the page.")
ATTACK = gettext_noop(
    "Each becomes ink or paper, first the one that moves the answer most: the gradient says which. People still read "
    "the same digit."
)
HOLDS = gettext_noop("**{name}** still reads a {before} after {count} changed pixels.")
COLOURED = gettext_noop("**{name}** reads colour: a pixel becomes your ink or your paper, three numbers at once.")

Attacks = BackgroundTask[tuple[fooling.Attack, ...]]

PICTURE = 140
"""Side of the changed digit in CSS pixels."""


@st.fragment
@page.guard
def show(pair: Pair | None, digit: np.ndarray) -> None:
    """Show the section for `digit`, (28, 28) float32 in [0, 1]; the page runs it again once the pen was lifted."""
    with section("fool-it", translate("Fool it"), WHY) as unfolded:
        if unfolded and pair is not None and not contenders.refuse_unusual(pair):
            widgets.one_of("fool_how", translate("What is done"), show_label=False, then=_start_again)
            if session.get("fool_how") not in CHANGES:
                _show_picture(pair)
            elif digit.any():
                _show_change(pair, digit)
                _show_attacks(pair, digit)
            else:
                st.info(translate(EMPTY))
    url.show(pen_down=False, place="fool-it")


def _start_again() -> None:
    session.choose("fool_amount", -1)  # the slider of another kind has other amounts


def _load(pair: Pair) -> tuple[Network, ...]:
    return tuple(networks.load(made.name) for _, made, _ in pair.sides)


def _read(network: Network, digits: np.ndarray) -> np.ndarray:
    """Return the shares of all digits (n, 28, 28), (n, 10), in the visitor's colours where the network reads colour."""
    seen = [subject.to_network_input(network, session.subject(), digit) for digit in digits]
    return trace.predict(network, np.stack(seen))


def _show_change(pair: Pair, digit: np.ndarray) -> None:
    kind = session.get("fool_how")
    change = CHANGES[kind]
    other = _choose_other(pair.data) if kind == "morph" else digit
    series = fooling.make_series(kind, digit, other)
    chosen = session.get("fool_amount")
    place = chosen if 0 <= chosen < len(series) else change.start
    options = range(len(series))
    st.select_slider(
        translate(change.unit),
        options,
        value=place,
        format_func=lambda index: f"{change.amounts[index]:g}",
        width=520,
        **session.bind("fool_amount", options),
    )
    shares = [_read(network, series) for network in _load(pair)]
    _show_answers(pair, series[place], translate(change.label), [each[place] for each in shares])
    for (_, _, title), each in zip(pair.sides, shares, strict=True):
        st.markdown(describe_turn(page.escape_markdown(title), kind, each.argmax(axis=1)))
    _show_chart(pair, kind, place, shares)


def describe_turn(name: str, kind: str, answers: np.ndarray) -> str:
    """Return in a sentence at which amount the answer of a network turns; `name` is Markdown."""
    change = CHANGES[kind]
    turn, first = fooling.find_turn(answers, change.start), int(answers[change.start])
    if turn is None:
        return translate(KEEPS, name=name, first=first)
    return translate(
        TURNS,
        name=name,
        first=first,
        amount=change.amounts[turn],
        unit=translate(change.unit),
        answer=int(answers[turn]),
    )


def _show_answers(pair: Pair, picture: np.ndarray, caption: str, shares: Sequence[np.ndarray]) -> None:
    """Show a picture, and what each network answers to it."""
    columns = st.columns([1, 2, 2], gap="medium")
    with columns[0]:
        thumbnails("fool-picture", [picture], [caption], label=translate("What the networks read"), size=PICTURE)
    for column, (side, _, title), each in zip(columns[1:], pair.sides, shares, strict=True):
        with column:
            st.markdown(f"**{page.escape_markdown(title)}**")
            bars(f"fool-{side}", each, translate_all(LABELS))


def _show_chart(pair: Pair, kind: str, place: int, shares: Sequence[np.ndarray]) -> None:
    """Show the share of the first answer over all amounts, and for a morph that of the last as well."""
    process_tuning.import_once("plotly.graph_objects")
    from cnnviz.figures import bands
    from cnnviz.figures.bands import Line

    change, lines = CHANGES[kind], []
    for (_, _, title), each in zip(pair.sides, shares, strict=True):
        first, last = int(each[change.start].argmax()), int(each[-1].argmax())
        for answer in dict.fromkeys((first, last) if kind == "morph" else (first,)):
            name = translate("{network}: share of {answer}", network=title, answer=answer)
            lines.append(Line(name, each[:, answer].tolist()))
    figure = bands.chart(
        change.amounts, lines, titles=(translate(change.unit), translate("share")), at=change.amounts[place]
    )
    st.plotly_chart(figure, key="fool-chart", config={"displayModeBar": False})


def _choose_other(data: Dataset) -> np.ndarray:
    """Show what the digit is morphed into, a test digit or a kept drawing, and return it."""
    kept = session.get("fool_kept")
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        widgets.number("fool_other", translate("Into the test digit of class"), 0, 9, width=280, then=_drop_kept)
        st.button(
            translate("Keep my digit as the other end"),
            key="fool-keep",
            help=translate("Then draw another digit: the two are morphed into each other"),
            on_click=session.guard(_keep),
        )
    if kept is not None:
        st.caption(translate("The other end is the drawing that you kept. Draw another digit now."))
        return np.asarray(kept, np.float32)
    place = int(np.nonzero(data.y_test == session.get("fool_other"))[0][0])
    return datasets.sample(data, place).image


def _keep() -> None:
    session.put(fool_kept=subject.prepare_digit(session.subject(), session.steps()))


def _drop_kept() -> None:
    session.put(fool_kept=None)


def _show_picture(pair: Pair) -> None:
    """Show a picture without a digit, drawn by program, and another one at a click."""
    kind = session.get("fool_how")
    st.button(translate("Another picture"), key="fool-another", on_click=session.guard(_draw_another))
    picture = non_digits.draw(kind, 1, np.random.default_rng(session.get("fool_seed")))[0]
    shares = [_read(network, picture[np.newaxis])[0] for network in _load(pair)]
    _show_answers(pair, picture, translate(FIELDS["fool_how"].options[kind]), shares)
    for (_, _, title), each in zip(pair.sides, shares, strict=True):
        share = format_share(float(each.max()))
        name = page.escape_markdown(title)
        st.markdown(translate(NOT_A_DIGIT, name=name, answer=int(each.argmax()), share=share))


def _draw_another() -> None:
    session.put(fool_seed=session.get("fool_seed") + 1)


def _show_attacks(pair: Pair, digit: np.ndarray) -> None:
    """Offer to find a few pixels that turn each answer, and show them; "Undo" takes them away again."""
    st.markdown("**" + translate("A few pixels that turn the answer") + "**")
    st.caption(translate(ATTACK))
    found: tuple[tuple[object, ...], Attacks] | None = session.get("fool_attack")
    if found is None or found[0] != _identify(pair, digit):
        st.button(translate("Find them"), key="fool-attack", on_click=session.guard(_attack), args=(pair, digit))
        return
    status = found[1].status
    if status.refusal is not None:
        st.warning(page.escape_markdown(translate_refusal(status.refusal)))
    elif status.result is None:
        page.show_progress(found[1], fooling.CHANGING)
    else:
        columns, tested = st.columns(2, gap="medium"), _load(pair)
        for column, (side, _, title), network, made in zip(columns, pair.sides, tested, status.result, strict=True):
            with column:
                _show_attack(side, title, network, made)
    st.button(translate("Undo"), key="fool-undo", on_click=session.guard(_undo))


def _identify(pair: Pair, digit: np.ndarray) -> tuple[object, ...]:
    """Return all that what is found depends on."""
    source = session.subject()
    return digit.tobytes(), pair.one.name, pair.other.name, source.ink, source.paper


def _attack(pair: Pair, digit: np.ndarray) -> None:
    tested, source = _load(pair), session.subject()

    def work(progress: Progress) -> tuple[fooling.Attack, ...]:
        return tuple(fooling.attack(network, digit, progress, ink=source.ink, paper=source.paper) for network in tested)

    session.put(fool_attack=(_identify(pair, digit), BackgroundTask(work).start()))


def _undo() -> None:
    session.put(fool_attack=None)


def _show_attack(side: str, title: str, network: Network, made: fooling.Attack) -> None:
    name = page.escape_markdown(title)
    st.markdown(describe_attack(name, made))
    if colour_digits.reads_colour(network.architecture.input_shape):
        st.caption(translate(COLOURED, name=name))
    places = np.zeros_like(made.digit)
    places[tuple(made.pixels.T)] = 1
    source = session.subject()
    thumbnails(
        f"attack-{side}",
        [
            subject.to_network_input(network, source, made.digit),
            places,
            subject.to_network_input(network, source, made.changed),
        ],
        [str(made.before), translate("changed"), str(made.after)],
        label=translate("The digit, the changed pixels, and the digit with them"),
        size=112,
    )


def describe_attack(name: str, made: fooling.Attack) -> str:
    """Return in a sentence how many pixels turn the answer; `name` is Markdown."""
    count = len(made.pixels)
    if not made.turned:
        return translate(HOLDS, name=name, before=made.before, count=count)
    return translate_plural(
        "**{name}** reads a {before}, and a {after} once {number} pixel is changed.",
        "**{name}** reads a {before}, and a {after} once {number} pixels are changed.",
        count,
        name=name,
        before=made.before,
        after=made.after,
    )
