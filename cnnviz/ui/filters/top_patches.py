"""What excites the chosen filter: its name, the patches of test digits at both ends, and its map on the digit."""

from __future__ import annotations

from functools import partial

import numpy as np
import streamlit as st

from cnnviz.core.data import datasets
from cnnviz.core.errors import Refusal
from cnnviz.core.inference import samples
from cnnviz.core.inference.subject import Prediction
from cnnviz.core.ledger.fixed_point import format_signed
from cnnviz.core.lessons.filters import excitation, kernels, names
from cnnviz.core.lessons.filters.names import FilterName
from cnnviz.core.lessons.filters.patches import LEAST, MOST, NetworkPatches
from cnnviz.core.networks.network import Network
from cnnviz.core.training import protocol
from cnnviz.ui.components.feature_maps import LABELS, Block, feature_maps
from cnnviz.ui.components.thumbnails import read_pick, thumbnails
from cnnviz.ui.filters import choice, own_patches
from cnnviz.ui.i18n import gettext_noop, translate, translate_all, translate_refusal
from cnnviz.ui.prediction import colour_scale, wording
from cnnviz.ui.shell import cache, networks, page, session, terms, url

NAMED = gettext_noop("**{filter}** answers most to **{pattern}**.")
UNNAMED = gettext_noop("**{filter}** has **no simple pattern**: no test pattern gets near its largest answer.")
HOW_NAMED = gettext_noop(
    "Found by showing it edges, bars, gaps, spots and ends of strokes with equal energy. The best of them gets "
    "{fit:.0f} % of the largest answer {bound}; a filter is named from {least:.0f} % on."
)
WHAT_PATCHES = gettext_noop(
    "A patch is all that one value sees, its [[receptive field]]: {rows} × {columns} [[pixel|pixels]] here. These are "
    "the strongest and the weakest values before the [[activation]] among {digits:,} [[test set|test digits]] of "
    "{data}, at most one a digit. Click a patch to read its digit."
)
EXCITED = gettext_noop("Its value rises from {start} to {value}; the strongest patch of a test digit gets {patch}.")
EXCITED_ALONE = gettext_noop("Its value rises from {start} to {value}.")
HOW_EXCITED = gettext_noop(
    "Activation maximisation: grey noise (0.5 ± {noise:g}, seed {seed}) climbs the [[gradient]] of the filter’s value "
    "for {steps} steps, in each of which the steepest [[pixel]] changes by {stride:g}, between paper and ink. No "
    "penalty keeps it like a digit, so it shows what the filter could answer to, not what it meets."
)
ENDS = {MOST: gettext_noop("**What excites it most**"), LEAST: gettext_noop("**What excites it least**")}
SIZE = 72
"""CSS pixels of a patch."""


@st.fragment
@page.guard
def show(prediction: Prediction) -> None:
    """Show the section for the chosen filter and the digit of `prediction`."""
    box = st.expander(translate("**What excites this filter**"), expanded=True, on_change="rerun", key="patches-box")
    if box.open:
        with box, st.container(key="top-patches"):
            _show_open(networks.load_chosen(), prediction)
    url.show(pen_down=False, place="patches")


def _show_open(network: Network, prediction: Prediction) -> None:
    layer, number = choice.get_layer(network), choice.get_filter(network)
    all_found = _load_patches(network)
    found = None if all_found is None else all_found.layers.get(layer)
    name = found.name(number) if found is not None else _name_first(network, layer, number)
    if name is not None:
        _show_name(network, layer, number, name)
    if all_found is not None and found is not None:
        left, right = st.columns([3, 1], gap="medium")
        with left:
            _show_patches(network, all_found, layer, number)
        with right:
            _show_map(prediction, layer, number)
    else:
        _show_map(prediction, layer, number)
    if st.toggle(translate("Make the picture that excites it most"), key="excite"):
        _show_excitation(network, layer, number, None if found is None else float(found.values[number, MOST, 0]))


def _load_patches(network: Network) -> NetworkPatches | None:
    """Return the patches of a network; None, and say why, where there are none for these weights."""
    if protocol.parse_run_id(network.name) is not None or network.card is None:
        return own_patches.find(network)
    try:
        return cache.filter_patches(network.name, network.card.weights_sha256)
    except Refusal as reason:
        st.caption(page.escape_markdown(translate_refusal(reason)))
        return None


def _name_first(network: Network, layer: str, number: int) -> FilterName | None:
    """Name a filter that reads the picture itself, of any network."""
    if not network.architecture.reads_picture(layer):
        return None
    return names.name_kernel(kernels.read_kernels(network, layer)[..., number])


def _show_name(network: Network, layer: str, number: int, name: FilterName) -> None:
    title = choice.name(network, layer, number)
    title = title[:1].upper() + title[1:]
    if name.pattern:
        st.markdown(translate(NAMED, filter=title, pattern=translate(name.words)))
    else:
        st.markdown(translate(UNNAMED, filter=title))
    if session.wants_everything():
        is_first = network.architecture.reads_picture(layer)
        bound = translate("that is possible") if is_first else translate("that a patch got")
        st.caption(translate(HOW_NAMED, fit=100 * name.fit, bound=bound, least=100 * names.MIN_FIT))


def _show_patches(network: Network, all_found: NetworkPatches, layer: str, number: int) -> None:
    about, found = all_found.about, all_found.layers[layer]
    for end, title in ENDS.items():
        st.markdown(translate(title))
        key = f"patches-{end}"
        each = zip(found.labels[number, end], found.values[number, end], strict=True)
        thumbnails(
            key,
            _make_pictures(found.pixels[number, end]),
            [_caption(int(label), float(value)) for label, value in each],
            label=f"{translate(title).strip('*')}, {choice.name(network, layer, number)}",
            size=SIZE,
            on_pick=session.guard(partial(_open_digit, key, found.digits[number, end], about["data"])),
        )
        if read_pick(key) >= 0:
            st.rerun()  # the whole page: another digit is read
    rows, columns = found.size
    st.caption(terms.explain(WHAT_PATCHES, rows=rows, columns=columns, digits=about["digits"], data=about["data"]))


def _caption(label: int, value: float) -> str:
    return translate("{digit}: {value}", digit=label, value=format_signed(value, plus=""))


def _make_pictures(pixels: np.ndarray) -> list[np.ndarray]:
    """Return patches, (n, rows, columns, channels) uint8, as pictures of shares, grey ones without channels."""
    return list((pixels[..., 0] if pixels.shape[-1] == 1 else pixels) / 255)


def _open_digit(key: str, digits: np.ndarray, data: str = datasets.MNIST) -> None:
    """Read the digit of the patch that was clicked. Raises `Refusal` where the data set is not here."""
    place = read_pick(key)
    if 0 <= place < len(digits):
        session.show(samples.find(samples.SLUGS.get(data, ""), int(digits[place])))


def _show_map(prediction: Prediction, layer: str, number: int) -> None:
    """Show the chosen filter's map on the learner's digit."""
    made = next(each for each in prediction.trace.layers if each.name == layer)
    block = Block(
        id="map",
        title=translate(wording.word(gettext_noop("Its map on your digit"))),
        subtitle=translate("{rows} × {columns}", rows=made.output_shape[0], columns=made.output_shape[1]),
        values=made.after[..., number : number + 1],
    )
    colours = {**colour_scale.get_colours(), "colour_range": "map"}
    feature_maps("filter-map", [block], mode="mosaic", labels=translate_all(LABELS), **colours)


def _show_excitation(network: Network, layer: str, number: int, patch: float | None) -> None:
    """Show a picture that was made to excite the filter, beside what the best `patch` of a test digit gets."""
    found = excitation.excite(network, layer, number)
    thumbnails(
        "excitation",
        [found.picture[..., 0] if found.picture.shape[2] == 1 else found.picture],
        [format_signed(found.value, plus="")],
        label=translate("A picture that excites {filter}", filter=choice.name(network, layer, number)),
        size=2 * SIZE,
    )
    values = {"start": format_signed(found.start, plus=""), "value": format_signed(found.value, plus="")}
    if patch is None:
        st.markdown(translate(EXCITED_ALONE, **values))
    else:
        st.markdown(translate(EXCITED, patch=format_signed(patch, plus=""), **values))
    settings = {"noise": excitation.NOISE, "seed": excitation.SEED, "steps": excitation.STEPS}
    st.caption(terms.explain(HOW_EXCITED, stride=excitation.STRIDE, **settings))
