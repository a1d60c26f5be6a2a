"""Open a network of one's own: its file is read beside the page, and its owner finds it in the list of networks."""

from __future__ import annotations

import streamlit as st

from cnnviz.core.background import BackgroundTask, Progress
from cnnviz.core.errors import Refusal
from cnnviz.core.networks import limits
from cnnviz.core.networks.architecture import MAX_CLASS_NAME, MAX_INPUT_SIDE, MAX_LAYERS
from cnnviz.jobs.own_networks.store import MAX_NETWORKS, is_opened
from cnnviz.jobs.sandbox import model_form, model_upload
from cnnviz.ui.components.upload_limit import limit_uploads, read_held_back
from cnnviz.ui.i18n import gettext_noop, translate, translate_message, translate_refusal
from cnnviz.ui.shell import networks, page, session, terms, visitor

KEY = "own-network"
LIMIT_KEY = "own-network-limit"
KINDS = [ending.removeprefix(".") for ending in model_form.ENDINGS]

REMEMBERING = frozenset({"data", "train"})
"""Pages that have the browser keep the visitor's token themselves."""

WHY = gettext_noop(
    "A [[network]] of yours is used like any other here: draw, and follow every number of it. It is kept on this "
    "server for you alone, at most {most} at a time, and deleted with one click."
)
FORMS = gettext_noop("Keras file (.keras, .h5), ONNX (.onnx), or .safetensors of cnnviz")
LIMITS = gettext_noop(
    "Up to {size} MB, {parameters} million weights and {layers} layers; one picture in, of up to {side} × {side} "
    "pixels, and one answer out."
)
READING = gettext_noop("Reading the network")
READ = gettext_noop("{network} was read, and is chosen now.")
DAMAGED = gettext_noop("a network whose files are damaged")

MAX_NAMED_CLASSES = 12
"""Names of classes that are shown."""

Task = BackgroundTask[str]


def settle() -> None:
    """Take over what the reading of a file ended with; a network that was read is chosen."""
    task: Task | None = session.get("network_reading")
    if task is None or not task.status.done:
        return
    outcome = task.status.refusal or task.status.result
    session.put(network_reading=None, network_opened=outcome)
    if isinstance(outcome, str):
        session.choose("network", outcome)


def show() -> None:
    """Show the button behind which a file is chosen, and how far its reading is."""
    task: Task | None = session.get("network_reading")
    box = st.popover(translate("Open your own"), on_change="rerun", key="own-network-box")
    if box.open:
        with box, st.container(key=KEY):
            _show_panel()
    elif task is not None:
        page.show_progress(task, READING)
    if session.get("page") not in REMEMBERING and visitor.networks().names():
        visitor.remember()


def _show_panel() -> None:
    task: Task | None = session.get("network_reading")
    st.caption(terms.explain(WHY, KEY, most=MAX_NETWORKS))
    file = st.file_uploader(translate(FORMS), type=KINDS, key=_uploader_key(), disabled=task is not None)
    limit_uploads(LIMIT_KEY, model_form.MAX_BYTES, KINDS, session.guard(_refuse), within=KEY)
    st.caption(translate(LIMITS, **_get_limits()))
    if file is not None and task is None:
        take_file(file.getvalue(), file.name)
        st.rerun()
    if task is not None:
        page.show_progress(task, READING)
    _show_outcome(session.get("network_opened"))
    for name in visitor.networks().names():
        _show_entry(name)
    if is_opened(session.get("network")):
        _show_classes(session.get("network"))


def _get_limits() -> dict[str, object]:
    return {
        "size": model_form.MAX_BYTES // 1_000_000,
        "parameters": limits.MAX_PARAMETERS // 1_000_000,
        "layers": MAX_LAYERS,
        "side": MAX_INPUT_SIDE,
    }


def take_file(data: bytes, name: str) -> None:
    """Begin to read a file, in a limited child process and beside the page, and to keep its network."""
    store = visitor.networks()

    def work(_: Progress) -> str:
        return store.keep(model_upload.open_network(data, name, whose=store.owner), name)

    session.put(network_reading=Task(work).start(), network_opened=None, network_files=session.get("network_files") + 1)


def _refuse() -> None:
    """Say why the browser did not send a file."""
    file = read_held_back(LIMIT_KEY)
    if file is None:
        return
    try:
        model_form.check_length(file.length)
        reason = model_form.explain_form(file.ending)
    except Refusal as caught:
        reason = caught
    session.put(network_opened=reason, network_files=session.get("network_files") + 1)


def _uploader_key() -> str:
    """Return the key of the uploader: a new one shows no file."""
    return f"own-network-file-{session.get('network_files')}"


def _show_outcome(outcome: object) -> None:
    if isinstance(outcome, Refusal):
        st.error(page.escape_markdown(translate_refusal(outcome)))
    elif isinstance(outcome, str) and outcome in networks.names():
        st.success(translate(READ, network=page.escape_markdown(networks.title(outcome))))
        show_notes(outcome)


def show_notes(name: str) -> None:
    """Say what is different from the file that a network was read of."""
    for note in networks.entry(name).notes:
        st.caption(page.escape_markdown(translate_message(note)))


def _show_entry(name: str) -> None:
    """Show a network that is kept, with what can be done with it."""
    there = name in networks.names()
    title = page.escape_markdown(networks.title(name)) if there else translate(DAMAGED)
    with st.container(key=f"own-network-{name}", horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{title}**", width="content")
        st.button(
            translate("Choose"),
            key=f"choose-{name}",
            disabled=not there or session.get("network") == name,
            on_click=session.guard(_choose),
            args=(name,),
        )
        st.button(translate("Delete"), key=f"delete-{name}", on_click=session.guard(_delete), args=(name,))


def _show_classes(name: str) -> None:
    """Let the visitor name the classes of the chosen network, since many files have no names for them."""
    classes = networks.load(name).architecture.classes
    title = page.escape_markdown(networks.title(name))  # the label is Markdown
    key = f"class-names-{name}"
    st.text_area(
        translate("Names of the classes of {network}, one a line", network=title),
        value="\n".join(classes),
        key=key,
        max_chars=len(classes) * (MAX_CLASS_NAME + 1),
        height=min(220, 40 + 24 * len(classes)),
        on_change=session.guard(_name_classes),
        args=(name, key),
    )


def _name_classes(name: str, key: str) -> None:
    text = st.session_state.get(key)
    if isinstance(text, str):
        classes = tuple(line.strip() for line in text.strip("\n").split("\n"))
        visitor.networks().name_classes(name, classes)


def _choose(name: str) -> None:
    session.choose("network", name)


def _delete(name: str) -> None:
    visitor.networks().delete(name)
    session.put(network_opened=None)


def describe(name: str) -> str:
    """Return what a network from a file is, as a list in Markdown."""
    found = networks.entry(name)
    architecture = found.architecture
    classes = ", ".join(architecture.classes[:MAX_NAMED_CLASSES])
    rows = [
        (translate("Name"), found.title),
        (translate("Input"), " × ".join(map(str, architecture.input_shape))),
        (terms.explain(gettext_noop("[[parameter|Parameters]]")), f"{architecture.parameters:,}"),
        (translate("Layers"), f"{len(architecture.layers)}"),
        (translate("Classes"), f"{len(architecture.classes)}: {classes}"),
    ]
    lines = [f"- {title}: **{page.escape_markdown(value)}**" for title, value in rows]
    if (more := len(architecture.classes) - MAX_NAMED_CLASSES) > 0:
        lines[-1] += " " + translate("and {number} more", number=more)
    return "\n".join(lines)
