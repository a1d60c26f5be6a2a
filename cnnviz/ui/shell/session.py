"""Every session key and its default, in one place; nothing else names a key of `st.session_state`.

A widget's own key is gone on a page without the widget. So each choice is kept under a key of ours, and `bound`
ties a widget to it; that way it survives a page switch, and a link can set it before the widget is drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from cnnviz.core.data import colour_digits
from cnnviz.core.drawing.preprocessing import STEPS
from cnnviz.core.drawing.strokes import Drawing
from cnnviz.core.inference.perturbations import OFFSETS
from cnnviz.core.inference.subject import InputSource
from cnnviz.core.lessons.convolution.examples import ONE
from cnnviz.core.lessons.convolution.kernels import KERNELS
from cnnviz.core.lessons.pooling.worked_example import TUTORIAL
from cnnviz.core.networks import model_store
from cnnviz.ui.i18n import ENGLISH
from cnnviz.ui.shell.options import BRUSH

#: Keys of single choices -> default.
CHOICES: Mapping[str, Any] = {
    "language": ENGLISH,
    "network": model_store.DEFAULT,
    "surface": "pad",
    "tool": "freedraw",
    "brush": BRUSH[1],
    "ink": colour_digits.INK,  # of what networks read that read colour
    "paper": colour_digits.PAPER,
    "colour_range": "layer",
    "palette": "viridis",
    "layers_view": "maps",
    "bench": "experiments",
    # Layers: the cell that is accounted for, as its widgets say it
    "cell_layer": "",
    "cell_map": 0,
    "cell_row": 0,
    "cell_column": 0,
    # Pooling: how the small numbers are pooled, and which map of which layer is, and how
    "bench_side": len(TUTORIAL),
    "bench_window": 2,
    "bench_stride": 2,
    "bench_padding": "valid",
    "bench_guess": True,
    "same_layer": "",  # "": the first convolution
    "same_map": -1,  # -1: the one about which the two poolings disagree most
    "same_window": 2,
    "same_stride": 2,
    "same_padding": "valid",
    # Convolution: how the small image is convolved, which kernel the digit is, and which value of a picture is shown
    "conv_side": len(ONE),
    "conv_size": 3,
    "conv_stride": 1,
    "conv_padding": "valid",
    "conv_dilation": 1,
    "conv_guess": True,
    "filter": "rows",
    "filter_number": 0,
    "filter_channel": 0,
    "filter_padding": "valid",
    "order_row": 1,
    "order_column": 2,
    "order_channel": 0,
    "rgb_filter": "0",  # the filter that is shown in colour: its number in the layer, or "own"
    # how the digit is disturbed, and which of the places that were tried is looked at
    "disturbance": "shift",
    "moved": OFFSETS.index((0, 3)),
    "rotate": 15,
    "scale": 4,
    "thicken": 10,
    "noise": 8,
}

#: Keys that only code writes -> default.
RECORDS: Mapping[str, Any] = {
    "subject": None,  # a Subject; None until the first page has chosen a digit to start with
    "revision": 0,  # grows when the drawing is changed by anything but the surface itself
    "start": Drawing(),  # the drawing as it was when `revision` last grew
    "edited": None,  # the Drawing that the editor last reported since then
    "dressed": None,  # ink and paper of the editor as it was last made
    "page": "",
    "editions": {},  # choice -> how often code, and not the visitor, has changed it
    "effects": {},  # what each preparation switch does to the answer, as of the last time the pen was up
    "query": "",  # the link of the view as it was last put into the address bar
    "notices": (),  # what could not be given to a link or a click, as (template, values)
    "noticed": None,  # when they were first said, monotonic seconds; None: they are still to be said
    "sheet": 0,  # which draw of test digits is on offer
    "watched": "",  # id of the run that is looked at on Train
    "again": False,  # whether the table of runs changed something that stands outside it
    "compared": (),  # ids of the runs whose curves lie over it
    "upwards": 0,  # how often a click brought something above it; see cnnviz.ui.components.top
    "moment": -1,  # which of its snapshots is looked at; -1: the newest, following the training
    "look_layer": "",  # the layer whose maps are shown while a network learns
    "followed": {},  # run id -> what was heard of its training so far; see cnnviz.ui.training.run_status
    "shown": None,  # run id and pixels of the digit that its worker was last given to look at
    "noted": -1e9,  # when this session last told the engine that its visitor is there, monotonic seconds
    "visitor": "",  # the token under which this browser's runs are kept; see cnnviz.ui.shell.visitor
    "draft": None,  # the Draft of a network that is being built; None until the editor was first shown
    "draft_edition": 0,  # grows when rows come, go or move, so that all their widgets are made anew
    "recipe": None,  # settings of the training plan as they were chosen, legal or not; None: the usual ones
    "recipe_edition": 0,  # grows when something but its own widget changes a setting
    "guesses": {},  # experiment -> the visitor's guess
    "bench_grid": TUTORIAL,  # the small numbers that are pooled
    "conv_image": ONE,  # the small image that is convolved
    "conv_kernel": KERNELS["rows"].weights,  # and the kernel
    "conv_settled": None,  # the ConvSettings and the padding as they were last shown
    "conv_moved": None,  # what the last move of a setting changed; see cnnviz.ui.convolution.changes
    "conv_guesses": {},  # (what it is about, place) -> (guess as typed, whether it was right)
    "strokes_shown": False,  # whether the answer about vertical strokes is shown without a guess
    "own_kernel": KERNELS["rows"].weights,  # the weights that were typed for the digit
    "own_bias": 0.0,
    "filter_turn": 0,  # how often the filtered digit was brought to its pictures; the newest is shown
    "rgb_numbers": None,  # weights and bias over three channels that the visitor typed
    "same_order": (),  # the layer's maps as they were last ranked by disagreement, and of which layer
    "settled": "",  # which digit the sections of Pooling last followed; see cnnviz.ui.pooling.pen_up
    "same_turn": 0,  # how often maps were brought to the pictures; the newest are shown
    "way": (),  # the cells from the first that is accounted for down to a pixel; see cnnviz.ui.layers.ledger.path
    "hop": 0,  # which of them is
    "accounted": "",  # which digit the ledger last followed
    "upload": None,  # the Picture that was read of the last upload, or the Refusal that it got
}


def begin() -> bool:
    """Give every key its default; return whether this is the first run of the session."""
    fresh = "revision" not in st.session_state
    for key, default in {**CHOICES, **RECORDS}.items():
        st.session_state.setdefault(key, default)
    for name in STEPS:
        st.session_state.setdefault(step_key(name), True)
    return fresh


def step_key(step: str) -> str:
    """Return the key of the switch of one preparation step."""
    return f"step-{step}"


def steps() -> frozenset[str]:
    """Return the preparation steps that are switched on."""
    return frozenset(name for name in STEPS if st.session_state[step_key(name)])


def get(key: str) -> Any:
    """Return the value of one key of the tables above."""
    return st.session_state[key]


def default(key: str) -> Any:
    """Return what a key of the tables above has at first."""
    return CHOICES[key] if key in CHOICES else RECORDS[key]


def put(**values: Any) -> None:
    """Set keys of the tables above."""
    for key, value in values.items():
        st.session_state[key] = value


def bound(key: str, then: Callable[[], None] | None = None) -> dict[str, Any]:
    """Return the arguments `key`, `on_change` and `args` that tie a widget to the choice `key`.

    The widget's own default has to be the choice's present value. (Setting the widget's state instead loses it when
    the browser, while it makes the widget, reruns the page for the pen: it then reports the bare default.)
    `then` is called after the visitor's change was taken over, before the page runs.
    """
    return {"key": _widget(key), "on_change": _take, "args": (key, then)}


def choose(key: str, value: Any) -> None:
    """Set a choice from code; its widget is made anew, because a widget that is there keeps what it shows."""
    put(**{key: value}, editions={**st.session_state["editions"], key: _edition(key) + 1})


def _edition(key: str) -> int:
    return int(st.session_state["editions"].get(key, 0))


def _widget(key: str) -> str:
    edition = _edition(key)
    return f"choose-{key}-{edition}" if edition else f"choose-{key}"


def _take(key: str, then: Callable[[], None] | None) -> None:
    if st.session_state[_widget(key)] is not None:
        st.session_state[key] = st.session_state[_widget(key)]
    if then is not None:
        then()


def subject() -> InputSource:
    """Return what is being read, in the chosen colours; an empty drawing before anything was chosen."""
    return replace(st.session_state["subject"] or InputSource(), ink=get("ink"), paper=get("paper"))


def show(new: InputSource) -> None:
    """Read `new` from now on, and tell the drawing surface to take it over."""
    put(subject=new, start=new.drawing, edited=None, revision=st.session_state["revision"] + 1)


def drawn(drawing: Drawing) -> None:
    """Take over what the drawing surface itself reports."""
    put(subject=InputSource(drawing=drawing))


def enter(page: str) -> None:
    """Note which page is open; on a new one the drawing surface starts from what is being read."""
    if page != st.session_state["page"]:
        put(page=page)
        show(subject())


def notice(template: str, **values: object) -> None:
    """Have the page say something, such as what it ignored in a link; what was said before gives way to it."""
    waiting = st.session_state["notices"] if st.session_state["noticed"] is None else ()
    put(notices=(*waiting, (template, values)), noticed=None)


def upwards() -> None:
    """Have the browser show the page from the top, where what was clicked has brought something."""
    put(upwards=get("upwards") + 1)
