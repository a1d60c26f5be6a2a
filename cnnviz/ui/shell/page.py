"""The frame of every page: its place in the navigation, the session's defaults, the link, the apology."""

from __future__ import annotations

import functools
import logging
import re
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnnviz.core.background import BackgroundTask
from cnnviz.core.errors import Refusal
from cnnviz.core.inference import samples
from cnnviz.core.networks import model_store
from cnnviz.core.visible_text import keep_visible
from cnnviz.ui.components.frame import frame
from cnnviz.ui.i18n import gettext_noop, list_languages, name_language, translate, translate_refusal
from cnnviz.ui.shell import process_tuning, server, session, terms, url, visitor, widgets

P = ParamSpec("P")
R = TypeVar("R")

LOG = logging.getLogger("cnnviz")

NAMED_CHARACTER = re.compile("&(?=[A-Za-z][A-Za-z0-9]*;)")
"""What begins the name of a character in Markdown, such as `&lt;`."""

REPLACED = re.compile(r":(?=[\w/+-]+:|//)|@|www(?=\.)|<(?=[-=])|-(?=[->])|[>~](?==)", re.IGNORECASE)
"""Beginnings of what Streamlit replaces in a text that it has read, whatever was escaped: addresses by links, `->` and
the like by signs, the names of emoji and icons by pictures."""

WORD_JOINER = "\u2060"
"""Has no width; what it stands inside of is not replaced."""

NOTICE_SECONDS = 3.0
TRAINING_SECONDS = 2.0
"""Seconds between two looks of the navigation at trainings that run."""
TASK_SECONDS = 0.5
"""Seconds between two looks at work that a section waits for."""


@dataclass(frozen=True)
class Page:
    """One row of the navigation.

    Attributes:
        path: the script, as Streamlit names it.
        group: heading under which the link stands.
        title: short name, in the navigation and the browser's tab.
        why: at most two sentences: what the page shows, why it matters, what to do first.
        onward: the page to go to next, a key of `PAGES`.
        onward_why: one sentence that says why to go there.
    """

    path: str
    group: str
    title: str
    why: str
    onward: str
    onward_why: str


PAGES = {
    "draw": Page(
        "app.py",
        gettext_noop("See"),
        gettext_noop("Draw"),
        gettext_noop(
            "A [[network|convolutional network]] reads what you draw while you draw it. "
            "Clear the pad, draw a digit, and watch the bars."
        ),
        "layers",
        gettext_noop("See what every layer of the network made of it."),
    ),
    "layers": Page(
        "pages/Layers.py",
        gettext_noop("See"),
        gettext_noop("Layers"),
        gettext_noop(
            "A [[network]] decides [[layer]] by layer, and these are the [[feature map|maps]] that each layer made of "
            "what you drew. Draw and watch them change, then click a cell to see where its value comes from."
        ),
        "filters",
        gettext_noop("See what each filter of these layers looks for, and what happens without it."),
    ),
    "filters": Page(
        "pages/Filters.py",
        gettext_noop("See"),
        gettext_noop("Filters"),
        gettext_noop(
            "A [[network]] can only see what its [[filter|filters]] look for, and [[training]] chose all of their "
            "[[weight|weights]]. Click a filter, see what excites it, then switch it off."
        ),
        "convolution",
        gettext_noop("Work out by hand what a filter does with the numbers below it."),
    ),
    "convolution": Page(
        "pages/Convolution.py",
        gettext_noop("Understand"),
        gettext_noop("Convolution"),
        gettext_noop(
            "A [[convolution]] multiplies and adds, with the same few [[weight|weights]] at every place: so a "
            "[[network]] finds edges and strokes. Work out one number by hand, then try [[kernel|kernels]] on what "
            "you drew."
        ),
        "pooling",
        gettext_noop("See why a network then throws most of these numbers away."),
    ),
    "pooling": Page(
        "pages/Pooling.py",
        gettext_noop("Understand"),
        gettext_noop("Pooling"),
        gettext_noop(
            "[[pooling|Pooling]] keeps one number of every window, so [[feature map|maps]] shrink and small shifts "
            "matter less. Guess what [[max pooling|max]] and [[average pooling|average]] keep of sixteen numbers, "
            "then see it on what you drew."
        ),
        "data",
        gettext_noop("Look at the pictures that networks learn all this from."),
    ),
    "data": Page(
        "pages/Data.py",
        gettext_noop("Train"),
        gettext_noop("Data"),
        gettext_noop(
            "A [[network]] is what its data made of it, so look at the data first: 81 pictures at a time, with their "
            "[[label|labels]]. Click a picture to see the numbers that a network gets of it."
        ),
        "train",
        gettext_noop("Change one thing about a network, train it, and find out whether it matters."),
    ),
    "train": Page(
        "pages/Train.py",
        gettext_noop("Train"),
        gettext_noop("Train"),
        gettext_noop(
            "A [[network]] learns its [[weight|weights]] from examples, and every choice shows in what it can read. "
            "Guess how an experiment ends, then look at its [[training|trainings]]."
        ),
        "compare",
        gettext_noop("See which digits two networks read differently, and how sure they were."),
    ),
    "compare": Page(
        "pages/Compare.py",
        gettext_noop("Train"),
        gettext_noop("Compare"),
        gettext_noop(
            "Networks of the same [[accuracy]] can fail on different digits, and those show why. "
            "Choose “One right, one wrong” below, and click a digit to take it to every page."
        ),
        "layers",
        gettext_noop("Look inside a network at the digit that it misread."),
    ),
    "glossary": Page(
        "pages/Glossary.py",
        gettext_noop("Understand"),
        gettext_noop("Glossary"),
        gettext_noop("Every term that the pages explain, in plain words. Each entry leads to the page that shows it."),
        "draw",
        gettext_noop("Draw a digit, and see the words at work."),
    ),
}
"""Every page, in the order of the navigation."""

APOLOGY = gettext_noop(
    "Something went wrong on this page, sorry. Your drawing is kept; reloading usually helps. "
    "If it happens again, report it with the number {number}."
)


@contextmanager
def shell(name: str, *, onward: bool = True, word: Callable[[str], str] = str) -> Iterator[DeltaGenerator]:
    """Run the body of a page inside the frame that all pages share; yields the line beside its title.

    It ends with the way to the next page, unless the body shows that itself (`onward=False`).
    `word` takes a message and returns the one to be shown for the chosen network, as `wording.word` does.
    An exception in the body becomes an apology with a number that stands in the server's log as well.
    """
    st.set_page_config(page_title=f"{translate(PAGES[name].title)} · cnnviz", page_icon="✏️", layout="wide")
    try:
        yield begin(name, word)
        if onward:
            show_onward(name, word)
        return
    except Refusal as reason:
        st.error(escape_markdown(translate_refusal(reason)))
    except Exception:  # noqa: BLE001 - whatever it is, the visitor gets a sentence and the log the details
        _apologise()
    st.stop()


def begin(name: str, word: Callable[[str], str] = str) -> DeltaGenerator:
    """Settle the server and the session, draw what stands above every page, and return the title's line."""
    process_tuning.tune_process()
    if session.is_new():
        server.check_places()
    if session.begin():
        _arrive()
    elif session.get("page") != name:
        url.follow(st.query_params.to_dict())
    session.enter(name)
    visitor.renew_leases()
    terms.begin()
    active = visitor.list_active_runs()
    _navigation(name, active)
    line = st.container(key="heading", horizontal=True, vertical_alignment="center", gap="small")
    line.header(translate(PAGES[name].title), anchor=False, width="content")
    st.caption(terms.explain(word(PAGES[name].why)))
    notices()
    if active:  # below the notices: a guarded fragment above them would draw the page again for them, without end
        st.fragment(guard(_wait_for_end), run_every=TRAINING_SECONDS)(active)
    return line


def show_onward(name: str, word: Callable[[str], str] = str) -> None:
    """Show where to go next, and why."""
    here = PAGES[name]
    there = PAGES[here.onward]
    label = translate("Next: {page}. {why}", page=f"**{translate(there.title)}**", why=translate(word(here.onward_why)))
    with st.container(key="onward"):
        st.page_link(there.path, label=f"{label} →", width="content")


def guard(body: Callable[P, R]) -> Callable[P, R | None]:
    """Give the body of a fragment, which runs outside its page, the same apology."""

    @functools.wraps(body)
    def run(*args: P.args, **kwargs: P.kwargs) -> R | None:
        with session.reading():
            return attempt(*args, **kwargs)

    def attempt(*args: P.args, **kwargs: P.kwargs) -> R | None:
        try:
            if session.get("notices") and session.get("noticed") is None:
                st.rerun()  # what a callback could not do is said above the page
            visitor.renew_leases()
            return body(*args, **kwargs)
        except Refusal as reason:
            st.error(escape_markdown(translate_refusal(reason)))
            return None
        except Exception:  # noqa: BLE001 - as for a page
            _apologise()
            return None

    return run


def show_progress(task: BackgroundTask[Any], message: str) -> None:
    """Show how far a task is, and draw the whole page again once it has ended.

    Args:
        task: One that was started.
        message: A message of the catalogue, until the task describes its current step.
    """
    st.fragment(guard(_show_step), run_every=TASK_SECONDS)(task, message)


def _show_step(task: BackgroundTask[Any], message: str) -> None:
    status = task.status
    if status.done:
        st.rerun()
    st.progress(status.fraction, translate(status.message or message))


def notices() -> None:
    """Say what is waiting to be said, and drop it in a run that comes `NOTICE_SECONDS` later.

    A page may be drawn twice in a moment, for a click and for what a component tells; nobody could read it then.
    """
    now, since = time.monotonic(), session.get("noticed")
    if since is not None and now - since > NOTICE_SECONDS:
        session.put(notices=(), noticed=None)
    elif since is None and session.get("notices"):
        session.put(noticed=now)
    for template, values in session.get("notices"):
        shown = {
            name: translate_refusal(v) if isinstance(v, Refusal) else escape_markdown(v) for name, v in values.items()
        }
        st.warning(translate(template, **shown))


def escape_markdown(value: object) -> str:
    """Return `value` so that Markdown shows it as it is."""
    shown = REPLACED.sub(rf"\g<0>{WORD_JOINER}", keep_visible(str(value)))
    escaped = "".join(f"\\{c}" if c in "\\`*_{}[]()<>#+-.!|~$:" else c for c in shown)
    return NAMED_CHARACTER.sub(r"\\&", escaped)


def _arrive() -> None:
    if model_store.DEFAULT not in model_store.names():
        session.put(network=_any_network())
    url.read(st.query_params.to_dict())
    if session.get("subject") is None:
        session.show(samples.get_first())


def _any_network() -> str:
    """Return a network to begin with where the model store lacks the usual one."""
    for name in model_store.names():
        return name
    raise Refusal("There is no network in the model store. Run scripts/train_models.py, or copy networks into models.")


def _navigation(name: str, active: tuple[str, ...]) -> None:
    """Show the links to all pages, whether something trains, how much is shown, and the language."""
    running = translate("running")
    with st.container(key="navigation", horizontal=True, vertical_alignment="center", gap="small"):
        frame(running=bool(active))
        for key, row in PAGES.items():
            label = translate(row.title)
            if key == "train" and active:
                label = f"{label} :primary-badge[{running}]"
            st.page_link(row.path, label=label, disabled=key == name, width="content")
        with st.container(key="navigation-choices", horizontal=True, vertical_alignment="center", width="content"):
            widgets.one_of("detail", translate("How much is shown"), show_label=False)
            if len(list_languages()) > 1:
                widgets.pick("language", translate("Language"), list_languages(), name_language, width=130)
        _presentation()


def _presentation() -> None:
    """Show the button that makes type and maps large and hides what is not needed, or the one that ends that.

    The style sheet of all pages does it, as long as the second button is there.
    """
    presenting = session.get("presenting")
    st.button(
        translate("End presentation") if presenting else translate("Present"),
        key="end-presentation" if presenting else "present",
        type="tertiary",
        shortcut="F8",
        help=translate("Type and maps to be read from afar; fewer controls"),
        on_click=session.guard(_toggle_presentation),
    )


def _toggle_presentation() -> None:
    session.put(presenting=not session.get("presenting"))


def _wait_for_end(active: tuple[str, ...]) -> None:
    """Draw the page again when trainings have ended or begun, so that the navigation does not say otherwise."""
    if bool(visitor.list_active_runs()) != bool(active):
        st.rerun()


def _apologise() -> None:
    """Say sorry with a number under which the server's log has the details; for use in `except`."""
    number = secrets.token_hex(4)
    LOG.exception("page failed, number %s", number)
    st.error(translate(APOLOGY, number=number))
