"""The link of a view: what the address bar carries, so that a reload or a shared link shows the same.

A link has short ``name=value`` pairs: the fields that are not as for a new visitor, and what is drawn. It is read
with distrust: anything that does not fit is ignored, named in a notice, and the nearest valid view is shown.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from urllib.parse import urlencode

from cnnviz.core.drawing import url_codec
from cnnviz.core.drawing.preprocessing import STEPS
from cnnviz.core.errors import Refusal
from cnnviz.core.inference import samples
from cnnviz.core.inference.subject import InputSource, cut_out, prepare_digit
from cnnviz.core.ledger import cells
from cnnviz.ui.components.address import address
from cnnviz.ui.i18n import gettext_noop
from cnnviz.ui.shell import fields, networks, session, visitor
from cnnviz.ui.shell.fields.every_page import step_key
from cnnviz.ui.shell.fields.layers import CELL_LINK_NAME

OF_VISITOR: Mapping[str, Callable[[], Collection[str]]] = {
    "network": networks.names,
    "compare_one": networks.names,
    "compare_other": networks.names,
    "watched": lambda: {run.id for run in visitor.store().runs()},
}
"""Key -> its values, for the fields whose values are not the same for all visitors."""

STEPS_LINK_NAME = "off"
"""Name in the link of the preparation steps that are switched off."""

NETWORK_LINK_NAME = "net"
"""Name in the link of the network."""

EMBEDDING = frozenset({"embed", "embed_options"})
"""Names in the link that Streamlit itself reads."""

MAX_LENGTH = 6_000
"""Characters of a value that are read; our own drawings stay below half of it."""

IGNORED = gettext_noop("This link asked for {name} = “{value}”, which is not available here; it was ignored.")
NEAREST = gettext_noop("This link asked for {name} = “{value}”, which does not exist; the nearest is shown.")
UNKNOWN = gettext_noop("This link says something about “{name}” that this version does not know; it was ignored.")
BROKEN = gettext_noop(
    "The drawing in this link could not be read ({reason}). The page starts with a digit that was drawn for it instead."
)


def read(query: Mapping[str, str]) -> None:
    """Set the session as the link's `query` says, and note what had to be ignored."""
    for name, value in query.items():
        if fields.find_by_link_name(name):
            _read_field(name, value)
        elif name == STEPS_LINK_NAME:
            _read_steps(value)
        elif name in SUBJECTS:
            _read_subject(name, value)
        elif name != CELL_LINK_NAME and name not in EMBEDDING:
            session.notice(UNKNOWN, name=name[:40])
    if CELL_LINK_NAME in query:  # of the network that the link names before or after it
        _read_cell(query[CELL_LINK_NAME])


def follow(query: Mapping[str, str]) -> None:
    """Take the network or the place in it that a link from page to page names: a `query` with nothing else in it.

    The link of a view always says what is drawn too; such a one, as the browser's history has it, changes nothing.
    """
    if query.keys() - EMBEDDING == {NETWORK_LINK_NAME}:
        _read_field(NETWORK_LINK_NAME, query[NETWORK_LINK_NAME])
    elif query.keys() - EMBEDDING == {CELL_LINK_NAME}:
        _read_cell(query[CELL_LINK_NAME])


def write() -> str:
    """Return the query string of the present view; empty for the view that a new visitor gets."""
    pairs = {}
    for field in fields.of_links(session.get("page")):
        value = session.get(field.key)
        if value != field.default and field.written(session.get):
            pairs[field.link_name] = field.codec.encode(value)
    pairs |= _cell() if session.get("page") == "layers" else {}
    on = session.steps()
    off = [name for name in STEPS if name not in on]
    return urlencode(pairs | ({STEPS_LINK_NAME: " ".join(off)} if off else {}) | _subject(session.subject()))


def show(pen_down: bool, place: str = "") -> None:
    """Put the link of the present view into the address bar; while the pen is down it stays as it was.

    `place` names a fragment other than the page's main one.
    """
    if not pen_down:
        _put(write())
    address(
        session.get("query"),
        f"address-{place}" if place else "address",
        written=session.get("query_written"),
        moves=session.get("cell_moves"),
        place=_cell().get(CELL_LINK_NAME, "") if session.get("page") == "layers" else "",
    )


def _put(query: str) -> None:
    """Remember the link, and when it changed."""
    if query != session.get("query"):
        session.put(query=query, query_written=time.time_ns() // 1_000_000)


def _read_field(name: str, text: str) -> None:
    for field in fields.find_by_link_name(name):
        if field.key in OF_VISITOR and text not in OF_VISITOR[field.key]():
            continue
        try:
            session.put(**field.decode(text[:MAX_LENGTH]))
        except Refusal:
            continue
        return
    session.notice(IGNORED, name=name, value=text[:40])


def _read_steps(text: str) -> None:
    for step in text[:MAX_LENGTH].split():
        if step in STEPS:
            session.put(**{step_key(step): False})
        else:
            session.notice(IGNORED, name=STEPS_LINK_NAME, value=step[:40])


def _read_cell(text: str) -> None:
    """Go to the layer, map or cell that `text` names in the chosen network, or to the nearest, if one is near."""
    try:
        network = networks.load_chosen()
        found = cells.parse_place(network, text[:MAX_LENGTH])
    except Refusal:
        found = None
    if found is None:
        session.notice(IGNORED, name=CELL_LINK_NAME, value=text[:40])
        return
    cell, level = found
    session.put(cell_path=(cell,), cell_index=0, cell_level=level)
    if cells.write_place(cell, cells.list_shapes(network)[cell.layer], level) != text:
        session.notice(NEAREST, name=CELL_LINK_NAME, value=text[:40])


def _cell() -> dict[str, str]:
    """Return the link's pair of the layer, map or cell that is accounted for, if one is."""
    path = session.get("cell_path")
    if not path:
        return {}
    cell, shapes = path[session.get("cell_index")], cells.list_shapes(networks.load_chosen())
    if cell.layer not in shapes:
        return {}
    return {CELL_LINK_NAME: cells.write_place(cell, shapes[cell.layer], session.get("cell_level"))}


def _read_subject(name: str, text: str) -> None:
    try:
        if len(text) > MAX_LENGTH:
            raise Refusal("it is {length} characters long, more than {most}", length=len(text), most=MAX_LENGTH)
        session.show(SUBJECTS[name](text))
    except Refusal as reason:
        session.notice(BROKEN, reason=reason)


def _subject(subject: InputSource) -> dict[str, str]:
    if subject.kind == "sample":
        return {"s": f"{subject.source}-{subject.number}"}
    if subject.is_whole:
        return {"w": url_codec.encode_picture(cut_out(subject))}
    if subject.kind == "picture":
        return {"p": url_codec.encode_digit(prepare_digit(subject, session.steps()))}
    try:
        return {"d": url_codec.encode(subject.drawing) if subject.drawing else ""}
    except Refusal:  # more strokes than a link can carry: it then opens without them
        return {}


def _find_sample(text: str) -> InputSource:
    source, _, number = text.rpartition("-")
    return samples.find(source, int(number) if number.isdecimal() and len(number) < 7 else -1)


SUBJECTS: Mapping[str, Callable[[str], InputSource]] = {
    "d": lambda text: InputSource(drawing=url_codec.decode(text)) if text else InputSource(),
    "p": lambda text: InputSource(kind="picture", digit=url_codec.decode_digit(text)),
    "s": _find_sample,
    "w": lambda text: InputSource(kind="picture", rgba=url_codec.decode_picture(text)),
}
"""Name in the link -> what makes an `InputSource` of its value, or raises `Refusal`."""
