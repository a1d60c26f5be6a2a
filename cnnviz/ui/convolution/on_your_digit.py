"""On your digit: one kernel over the whole drawing, before relu and after it, live as pen or weights move."""

from __future__ import annotations

import streamlit as st

from cnnviz.core.errors import Refusal
from cnnviz.core.inference import subject
from cnnviz.core.lessons.convolution import filtering, kernels
from cnnviz.core.lessons.convolution.kernels import KERNELS, parse_square
from cnnviz.core.lessons.number_grid import Grid
from cnnviz.ui.components.feature_maps import LABELS, feature_maps
from cnnviz.ui.components.kernel_grid import kernel_grid, read_edit
from cnnviz.ui.convolution import filters
from cnnviz.ui.convolution.filters import CHANNEL, PICTURES, ChosenKernel
from cnnviz.ui.i18n import gettext_noop, translate, translate_all, translate_refusal
from cnnviz.ui.prediction import wording
from cnnviz.ui.shell import layer_names, networks, page, session, terms, url, widgets
from cnnviz.ui.shell.fields.convolution import FILTERS

KEY = "kernel-grid"

WHY = gettext_noop(
    "The same sum, at every place of your digit. Which numbers stand in the [[kernel]] decides what it sees: edges, "
    "strokes, dots, or nothing."
)
NO_CONVOLUTION = gettext_noop(
    "“{network}” has no convolution whose kernels could be shown. Choose another network at the top of the page."
)
COLOUR = gettext_noop(
    "This network reads colours; here the mean of the three is convolved with one of its three parts."
)

PICTURE_LABELS = {
    "point_linked": gettext_noop("Point at a cell of any picture: its window shows in all three."),
    "scale_linked": gettext_noop("one scale for both results"),
    "read_skipped": gettext_noop("row {row}, column {column}: the middle of no window"),
}
"""What the viewer says instead of its usual texts."""

CHANNELS = (gettext_noop("red"), gettext_noop("green"), gettext_noop("blue"))


def show_heading() -> None:
    """Say what the section is for."""
    st.subheader(translate(wording.word(gettext_noop("On your digit"))), anchor=False)
    st.caption(terms.explain(wording.word(WHY)))


@st.fragment
@page.guard
def choose() -> None:
    """Show the kernel and its choices. The pen does not touch them."""
    problem = _take_over()
    _pick()
    kernel = filters.get_kernel()
    kernel_grid(KEY, kernel.weights, label=_make_title(kernel), problem=problem)
    _explain(kernel)
    prediction = subject.read(networks.load_chosen(), session.subject(), session.steps())
    try:
        filtering.apply_kernel(prediction.digit, kernel.weights, kernel.bias, session.get("filter_padding"))
    except Refusal as reason:
        st.warning(translate_refusal(reason))
    filters.send(prediction, pen_down=False, place="kernel")
    url.show(pen_down=False, place="kernel")


def show_pictures() -> None:
    """Show the digit, the sums and what relu leaves of them; `filters.send` brings the values."""
    feature_maps(
        "filtered-digit",
        channel=CHANNEL,
        ids=PICTURES,
        mode="linked",
        colour_range="network",
        palette=session.get("palette"),
        labels={**translate_all(LABELS), **translate_all(PICTURE_LABELS)},
    )


def _take_over() -> tuple[int, int, str] | None:
    """Take over what was typed; the kernel is then the visitor's own. Return what was refused, if something was."""
    kernel = filters.get_kernel()
    edit = read_edit(KEY, kernel.weights)
    if edit is None:
        return None
    if edit.pasted:
        try:
            _use_own_kernel(parse_square(edit.pasted, (1, filtering.MAX_SIDE)), kernel.bias)
        except Refusal as reason:
            return -1, -1, translate_refusal(reason)
        return None
    weights, refused = kernels.apply_edits(kernel.weights, edit.cells)
    if weights != kernel.weights:
        _use_own_kernel(weights, kernel.bias)
    return None if refused is None else (refused[0], refused[1], translate_refusal(refused[2]))


def _use_own_kernel(weights: Grid, bias: float) -> None:
    session.put(own_kernel=weights, own_bias=bias)
    if session.get("filter") != "own":
        session.choose("filter", "own")


def _pick() -> None:
    found = filters.find_learned(networks.load_chosen())
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.selectbox(
            translate("Kernel"),
            FILTERS,
            index=list(FILTERS).index(session.get("filter")),
            width=240,
            format_func=lambda name: translate(FILTERS[name]),
            **session.bind("filter", FILTERS),
        )
        if session.shows("filter_padding"):
            widgets.one_of("filter_padding", translate("Padding"))
    if session.get("filter") != "learned":
        return
    if found is None:
        st.info(translate(NO_CONVOLUTION, network=page.escape_markdown(networks.describe(networks.load_chosen().name))))
        return
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        number = min(session.get("filter_number"), found.filters - 1)
        st.selectbox(
            translate("Filter"),
            range(found.filters),
            index=number,
            width=110,
            **session.bind("filter_number", range(found.filters)),
        )
        if found.channels > 1:
            channel = min(session.get("filter_channel"), found.channels - 1)
            st.selectbox(
                translate("Part"),
                range(found.channels),
                index=channel,
                width=110,
                format_func=name_channel,
                **session.bind("filter_channel", range(found.channels)),
            )


def name_channel(number: int) -> str:
    """Return what a channel of a picture is called: its colour, or its number where there are more than three."""
    return translate(CHANNELS[number]) if number < len(CHANNELS) else str(number)


def _make_title(kernel: ChosenKernel) -> str:
    rows, columns = len(kernel.weights), len(kernel.weights[0])
    return translate("{rows} × {columns} weights: change any of them", rows=rows, columns=columns)


def _explain(kernel: ChosenKernel) -> None:
    """Say what the kernel does, or where it is from."""
    name = session.get("filter")
    if name in KERNELS:
        st.caption(translate(KERNELS[name].why))
    elif kernel.layer:
        st.caption(
            translate(
                "Filter {number} of {layer} in “{network}”, found by training. Its bias is {bias}.",
                number=kernel.number,
                layer=layer_names.in_full(networks.load_chosen().architecture.layers)[kernel.layer],
                network=page.escape_markdown(networks.describe(networks.load_chosen().name)),
                bias=kernels.format_weight(kernel.bias),
            )
        )
        _show_steps()
    elif kernel.bias:
        st.caption(translate("The bias is {bias}, as it was learned.", bias=kernels.format_weight(kernel.bias)))
    if networks.load_chosen().architecture.input_shape[-1] > 1:
        st.caption(translate(COLOUR))


STEPS = gettext_noop("The network goes in [[stride|steps]] of {stride}; here every place is shown.")


def _show_steps() -> None:
    """Say so where the network itself does not put its kernels at every place."""
    found = filters.find_learned(networks.load_chosen())
    if found is not None and found.strides != (1, 1):
        st.caption(terms.explain(STEPS, stride=found.strides[0]))
