"""The link of a view: what the address bar carries, so that a reload or a shared link shows the same.

Written as short, sorted ``name=value`` pairs; what has its default is left out. Read with distrust: anything
that does not fit is ignored, named in a notice, and the nearest valid view is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from types import ModuleType
from urllib.parse import urlencode

from cnnviz.core.data import colour_digits
from cnnviz.core.drawing import url_codec
from cnnviz.core.drawing.preprocessing import STEPS
from cnnviz.core.errors import Refusal
from cnnviz.core.inference import samples
from cnnviz.core.inference.subject import InputSource, prepared
from cnnviz.ui.components.address import address
from cnnviz.ui.convolution import url as convolution
from cnnviz.ui.i18n import gettext_noop, languages
from cnnviz.ui.layers.ledger import url as inspecting
from cnnviz.ui.pooling import url as pooling
from cnnviz.ui.prediction import network_picker
from cnnviz.ui.shell import options, session, visitor

#: Name in the link -> (session key, the values it may have).
CHOICES: Mapping[str, tuple[str, Callable[[], Collection[str]]]] = {
    "net": ("network", network_picker.names),
    "surface": ("surface", lambda: options.SURFACES),
    "range": ("colour_range", lambda: options.COLOUR_RANGES),
    "colours": ("palette", lambda: options.PALETTES),
    "view": ("layers_view", lambda: options.LAYERS_VIEWS),
    "lang": ("language", languages),
}

#: Name in the link -> session key of a colour, spelled without its #.
COLOURS: Mapping[str, str] = {"ink": "ink", "paper": "paper"}

#: The same for what only Train shows; its runs are the visitor's own.
TRAIN_CHOICES: Mapping[str, tuple[str, Callable[[], Collection[str]]]] = {
    "bench": ("bench", lambda: options.BENCHES),
    "run": ("watched", lambda: {run.id for run in visitor.store().runs()}),
}

#: Page -> the module with what its link carries beside every page's.
OF_PAGES: Mapping[str, ModuleType] = {"pooling": pooling, "convolution": convolution}

#: Name in the link -> the module that takes it.
PAGES = {name: module for module in OF_PAGES.values() for name in module.NAMES}

#: Longest value of a link that is looked at; our own drawings stay below half of it.
LONGEST = 6_000

IGNORED = gettext_noop("This link asked for {name} = “{value}”, which is not available here; it was ignored.")
NEAREST = gettext_noop("This link asked for {name} = “{value}”, which does not exist; the nearest is shown.")
UNKNOWN = gettext_noop("This link says something about “{name}” that this version does not know; it was ignored.")
BROKEN = gettext_noop(
    "The drawing in this link could not be read ({reason}). The page starts with a test digit instead."
)


def read(query: Mapping[str, str]) -> None:
    """Set the session as the link's `query` says, and note what had to be ignored."""
    for name, value in query.items():
        if name in CHOICES or name in TRAIN_CHOICES:
            _choose(name, value)
        elif name in COLOURS:
            _colour(name, value)
        elif name == "off":
            _switch_off(value)
        elif name in SUBJECTS:
            _take(name, value)
        elif name in PAGES:
            _page(name, value)
        elif name not in (inspecting.NAME, "embed", "embed_options"):
            session.notice(UNKNOWN, name=name[:40])
    if inspecting.NAME in query:  # of the network that the link names before or after it
        _inspect(query[inspecting.NAME])


def write() -> str:
    """Return the query string of the present view; empty for the view that a new visitor gets."""
    table = {**CHOICES, **(TRAIN_CHOICES if session.get("page") == "train" else {})}
    pairs = {name: session.get(key) for name, (key, _) in table.items()}
    pairs = {name: value for name, value in pairs.items() if value != session.default(table[name][0])}
    pairs |= {
        name: session.get(key).removeprefix("#")
        for name, key in COLOURS.items()
        if session.get(key) != session.default(key)
    }
    pairs |= OF_PAGES[session.get("page")].pairs() if session.get("page") in OF_PAGES else {}
    pairs |= inspecting.pairs() if session.get("page") == "layers" else {}
    off = [name for name in STEPS if name not in session.steps()]
    return urlencode(pairs | ({"off": " ".join(off)} if off else {}) | _subject(session.subject()))


def show(pen_down: bool, place: str = "") -> None:
    """Put the link of the present view into the address bar; while the pen is down it stays as it was.

    `place` names a fragment other than the page's main one.
    """
    if not pen_down:
        session.put(query=write())
    address(session.get("query"), f"address-{place}" if place else "address")


def _choose(name: str, value: str) -> None:
    key, allowed = {**CHOICES, **TRAIN_CHOICES}[name]
    if value in allowed():
        session.put(**{key: value})
    else:
        session.notice(IGNORED, name=name, value=value[:40])


def _colour(name: str, value: str) -> None:
    try:
        colour_digits.rgb(f"#{value}")
    except Refusal:
        session.notice(IGNORED, name=name, value=value[:40])
    else:
        session.put(**{COLOURS[name]: f"#{value.lower()}"})


def _page(name: str, value: str) -> None:
    try:
        PAGES[name].take(name, value[:LONGEST])
    except Refusal:
        session.notice(IGNORED, name=name, value=value[:40])


def _inspect(value: str) -> None:
    try:
        if not inspecting.take(value[:LONGEST]):
            session.notice(NEAREST, name=inspecting.NAME, value=value[:40])
    except Refusal:
        session.notice(IGNORED, name=inspecting.NAME, value=value[:40])


def _switch_off(value: str) -> None:
    for step in value[:LONGEST].split():
        if step in STEPS:
            session.put(**{session.step_key(step): False})
        else:
            session.notice(IGNORED, name="off", value=step[:40])


def _take(name: str, value: str) -> None:
    try:
        if len(value) > LONGEST:
            raise Refusal("it is {length} characters long, more than {most}", length=len(value), most=LONGEST)
        session.show(SUBJECTS[name](value))
    except Refusal as reason:
        session.notice(BROKEN, reason=reason)


def _subject(subject: InputSource) -> dict[str, str]:
    if subject.kind == "sample":
        return {"s": f"{subject.source}-{subject.number}"}
    if subject.kind == "picture":
        return {"p": url_codec.encode_digit(prepared(subject, session.steps()))}
    try:
        return {"d": url_codec.encode(subject.drawing) if subject.drawing else ""}
    except Refusal:  # more strokes than a link can carry: it then opens without them
        return {}


def _sample(value: str) -> InputSource:
    source, _, number = value.rpartition("-")
    return samples.find(source, int(number) if number.isdecimal() and len(number) < 7 else -1)


#: Name in the link -> how its value becomes a subject; each raises Refusal.
SUBJECTS: Mapping[str, Callable[[str], InputSource]] = {
    "d": lambda value: InputSource(drawing=url_codec.decode(value)) if value else InputSource(),
    "p": lambda value: InputSource(kind="picture", digit=url_codec.decode_digit(value)),
    "s": _sample,
}
