"""The table of layers: build a network, see its shapes and its cost at once, and why something does not fit."""

from __future__ import annotations

from functools import partial
from typing import Any, Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnnviz.core.layers import KINDS, Shape
from cnnviz.core.networks import keras_source
from cnnviz.core.networks.architecture import MAX_LAYERS, TUTORIALS, Architecture
from cnnviz.core.networks.beginner_mistakes import find_hints
from cnnviz.core.networks.draft import FRESH, ArchitectureDraft, build_cnn, make_blank
from cnnviz.core.networks.draft_validation import Row, ValidationResult, validate
from cnnviz.ui.data import training_choice
from cnnviz.ui.i18n import translate, translate_plural, translate_refusal
from cnnviz.ui.prediction.strip import format_size
from cnnviz.ui.shell import networks, page, session, terms
from cnnviz.ui.shell.download_button import download_button
from cnnviz.ui.training import layer_settings, plan_form

NAME = "my-network"
FIRST = "cnn-32-64-64"
TUTORIAL = "build_cnn(…)"
BUILDER = {"nb_filters": (1, 64, 32), "filter_size": (1, 9, 3), "pool_size": (1, 6, 2)}
"""The three sliders of `build_cnn`: smallest, largest, the tutorial's own."""


def show() -> Architecture | None:
    """Show the editor; return the network, or None while something is refused."""
    draft = _get_draft()
    _offer_starts()
    found = validate(draft, NAME, training_choice.get_classes())
    _show_input(draft.input_shape)
    for place, row in enumerate(found.rows):
        _show_row(place, row, len(found.rows))
    _show_totals(found)
    if found.architecture is not None:
        for hint in find_hints(found.architecture):
            st.info(
                terms.explain(
                    hint.template, **{name: page.escape_markdown(value) for name, value in hint.values.items()}
                )
            )
        _show_script(found.architecture)
    return found.architecture


def get_architecture() -> Architecture | None:
    """Return the network as it stands, or None while something is refused."""
    return validate(_get_draft(), NAME, training_choice.get_classes()).architecture


def fit_answer() -> None:
    """Give the last layer a unit for each class of what is learned from, once after these have changed."""
    number = len(training_choice.get_classes())
    if number != session.get("fitted_classes"):
        session.put(fitted_classes=number)
        draft = _get_draft()
        if (fitted := draft.fit_answer(number)) is not draft:
            _take_up(fitted)


def make_first_draft() -> ArchitectureDraft:
    """Return what a new visitor starts from."""
    return ArchitectureDraft.from_architecture(TUTORIALS[FIRST][0])


def _get_draft() -> ArchitectureDraft:
    if session.get("draft") is None:
        session.put(draft=make_first_draft())
    draft: ArchitectureDraft = session.get("draft")
    return draft


def _take_up(draft: ArchitectureDraft) -> None:
    """Go on with another draft, or with other rows: every widget is made anew with what it says."""
    session.put(draft=draft, draft_edition=session.get("draft_edition") + 1)


def _change(place: int, setting: str, chosen: Any) -> None:
    if chosen is not None:
        session.put(draft=_get_draft().change(place, **{setting: chosen}))


def _make_key(name: str) -> str:
    return f"draft-{session.get('draft_edition')}-{name}"


def _offer_starts() -> None:
    """Offer what to start from."""
    with _make_line("bottom"):
        key = _make_key("start")
        st.selectbox(
            translate("Start from"),
            networks.names(),
            index=None,
            placeholder=translate("a stored network"),
            format_func=networks.describe_in_full,
            key=key,
            on_change=session.guard(_start),
            args=(key,),
            width=320,
        )
        st.button(translate("Blank"), key=_make_key("blank"), on_click=session.guard(_start_blank))
        with st.popover(TUTORIAL, key="build-cnn"):
            _show_builder()


def _start_blank() -> None:
    _take_up(_fit(make_blank()))


def _move(place: int, to: int) -> None:
    _take_up(_get_draft().move(place, to))


def _remove(place: int) -> None:
    _take_up(_get_draft().remove(place))


def _start(key: str) -> None:
    name = st.session_state.get(key)
    if name in networks.names():
        _take_up(_fit(ArchitectureDraft.from_architecture(networks.load(name).architecture)))
        plan_form.take_up(networks.plan(name))


def _show_builder() -> None:
    """Show the tutorial's function as three sliders."""
    st.caption(
        translate("A tutorial’s function: two convolutions, a pooling, a dense layer. Move a slider to build it.")
    )
    for name, (low, high, usual) in BUILDER.items():
        st.slider(name, low, high, usual, key=f"build-{name}", on_change=session.guard(_build))


def _build() -> None:
    chosen = {name: int(st.session_state.get(f"build-{name}", usual)) for name, (_, _, usual) in BUILDER.items()}
    within = {name: min(max(chosen[name], low), high) for name, (low, high, _) in BUILDER.items()}
    _take_up(_fit(build_cnn(**within)))


def _fit(draft: ArchitectureDraft) -> ArchitectureDraft:
    return draft.fit_answer(len(training_choice.get_classes()))


def _show_input(shape: Shape) -> None:
    with _make_line("center"):
        st.markdown(translate("**Input** · a picture of {size}", size=format_size(shape)), width="stretch")
        _add(0, translate("Add a layer below the input"))


def _show_row(place: int, row: Row, rows: int) -> None:
    """Show one layer: what it is and makes, its settings, and why it is refused if it is."""
    with st.container(border=True, gap="xxsmall", key=f"layer-{place}"):
        with _make_line("center"):
            _show_kind(place, row)
            with st.container(horizontal=True, gap="xxsmall", width="content"):
                _show_buttons(place, row, rows)
            st.markdown(_write_heading(row), width="content")
        with _make_line("bottom"):
            layer_settings.show(row, _make_key(f"{place}-{row.settings.get('kind')}"), partial(_change, place))
        if row.problem is not None:
            st.error(page.escape_markdown(translate_refusal(row.problem)))


def _make_line(vertical: Literal["center", "bottom"]) -> DeltaGenerator:
    """Return a line that wraps where it does not fit."""
    return st.container(horizontal=True, vertical_alignment=vertical, gap="small")


def _write_heading(row: Row) -> str:
    """Return the layer's name and what it makes, in small letters so that it stays on one line."""
    parts = [f"**{row.name}**"]
    if row.waits:
        parts = [*parts, translate("waits for the layer above")]
    elif row.output_shape is not None:
        parts = [f"{parts[0]} → {format_size(row.output_shape)}"]
        if row.parameters:
            parts = [*parts, translate_plural("{number:,} parameter", "{number:,} parameters", row.parameters)]
    return f":small[{' · '.join(parts)}]"


def _show_kind(place: int, row: Row) -> None:
    present = str(row.settings.get("kind"))
    options = tuple(FRESH) if present in FRESH else (present, *FRESH)
    key = _make_key(f"{place}-kind")
    st.selectbox(
        translate("Layer"),
        options,
        index=options.index(present),
        key=key,
        label_visibility="collapsed",
        width=165,
        on_change=session.guard(_take_kind),
        args=(place, key),
    )


def _take_kind(place: int, key: str) -> None:
    kind = st.session_state.get(key)
    if kind in KINDS:
        _take_up(_get_draft().change(place, kind=kind))


def _show_buttons(place: int, row: Row, rows: int) -> None:
    """Show what moves and removes a layer, and adds one. The style sheet of the page shows a sign for each label."""
    for name, label, help_, enabled, to in (
        ("up", translate("Move {layer} up", layer=row.name), translate("Move this layer up"), place > 0, place - 1),
        (
            "down",
            translate("Move {layer} down", layer=row.name),
            translate("Move this layer down"),
            place < rows - 1,
            place + 1,
        ),
    ):
        st.button(
            label,
            key=_make_key(f"{place}-{name}"),
            help=help_,
            disabled=not enabled,
            type="tertiary",
            on_click=session.guard(_move),
            args=(place, to),
        )
    st.button(
        translate("Remove {layer}", layer=row.name),
        key=_make_key(f"{place}-remove"),
        help=translate("Remove this layer"),
        type="tertiary",
        on_click=session.guard(_remove),
        args=(place,),
    )
    _add(place + 1, translate("Add a layer below {layer}", layer=row.name))


def _add(place: int, label: str) -> None:
    key = _make_key(f"{place}-add")
    st.menu_button(
        label,
        tuple(FRESH),
        key=key,
        help=translate("Add a layer below"),
        type="tertiary",
        on_click=session.guard(_take_added),
        args=(place, key),
        disabled=len(_get_draft().rows) >= MAX_LAYERS,
    )


def _take_added(place: int, key: str) -> None:
    kind = st.session_state.get(key)
    if kind in KINDS:
        _take_up(_get_draft().add(place, kind))


def _show_totals(found: ValidationResult) -> None:
    """Say what the network costs, as far as its shapes are known."""
    if found.problem is not None:
        st.error(page.escape_markdown(translate_refusal(found.problem)))
    st.markdown(
        translate(
            "In all **{parameters:,}** parameters and **{multiplications:,}** multiplications for one picture.",
            parameters=found.parameters,
            multiplications=found.multiplications,
        )
    )


def _show_script(architecture: Architecture) -> None:
    """Show the Keras program of the network and the present plan, and offer it as a file."""
    beside = st.expander(translate("The same in Keras"), on_change="rerun", key="keras-script")
    if beside.open:
        with beside:
            plan = plan_form.get_plan(architecture)
            text, file = keras_source.write_script(architecture, plan), f"{architecture.name}.py"
            st.code(text, language="python", wrap_lines=True)
            download_button(file, text, file, mime="text/x-python")
            if (pack := training_choice.prepare_bundle(architecture, plan)) is not None:
                label = translate("The set, the design and the program (.zip)")
                download_button(label, pack, f"{architecture.name}.zip", mime="application/zip")
