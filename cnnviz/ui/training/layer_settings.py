"""The settings of a layer that can be chosen in the editor, and a widget for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from cnnviz.core.layers.activations.functions import COMMON_ACTIVATIONS
from cnnviz.core.layers.windows import PADDINGS
from cnnviz.core.networks.draft_validation import Row, get_value
from cnnviz.ui.i18n import gettext_noop, translate
from cnnviz.ui.shell import session

Change = Callable[[str, Any], None]
"""Takes the name of a setting and the value that the visitor chose."""


@dataclass(frozen=True)
class Setting:
    """One setting of a layer and its widget.

    Attributes:
        name: Its name in Keras.
        label: Its name on the page.
        options: The values to choose from; without any it is a number that is typed, and refused in words if illegal.
        width: Width of the widget in pixels.
    """

    name: str
    label: str
    options: tuple[Any, ...] = ()
    width: int = 96


def _list_windows(largest: int) -> tuple[tuple[int, int], ...]:
    return tuple((side, side) for side in range(1, largest + 1))


PADDING = Setting("padding", gettext_noop("Padding"), PADDINGS)
ACTIVATION = Setting("activation", gettext_noop("Activation"), COMMON_ACTIVATIONS, 118)
POOLING = (
    Setting("pool_size", gettext_noop("Size"), _list_windows(6)),
    Setting("strides", gettext_noop("Stride"), _list_windows(6)),
    PADDING,
)

SETTINGS: Mapping[str, tuple[Setting, ...]] = {
    "Conv2D": (
        Setting("filters", gettext_noop("Filters")),
        Setting("kernel_size", gettext_noop("Kernel"), _list_windows(9)),
        Setting("strides", gettext_noop("Stride"), _list_windows(4)),
        PADDING,
        ACTIVATION,
    ),
    "MaxPooling2D": POOLING,
    "AveragePooling2D": POOLING,
    "Dropout": (Setting("rate", gettext_noop("Rate")),),
    "Dense": (Setting("units", gettext_noop("Units")), ACTIVATION),
}
"""Keras's class name -> the settings that can be chosen; kinds that are missing here keep theirs."""


def show(row: Row, key: str, change: Change) -> None:
    """Show the widgets of a row's settings side by side; `key` tells them from those of other rows."""
    for setting in SETTINGS.get(str(row.settings.get("kind")), ()):
        _show_widget(setting, get_value(row, setting.name), f"{key}-{setting.name}", change)


def _show_widget(setting: Setting, present: Any, key: str, change: Change) -> None:
    tied: dict[str, Any] = {
        "key": key,
        "on_change": session.guard(_take),
        "args": (key, setting, change),
        "width": setting.width,
    }
    if not setting.options:
        step = 1 if isinstance(present, int) else 0.05
        st.number_input(translate(setting.label), value=present, step=step, **tied)
        return
    options = setting.options if present in setting.options else (present, *setting.options)
    st.selectbox(translate(setting.label), options, index=options.index(present), format_func=_format_option, **tied)


def _format_option(option: Any) -> str:
    """Return (3, 3) as 3×3, and a name as it is: it is Keras's."""
    return "×".join(map(str, option)) if isinstance(option, tuple) else str(option)


def _take(key: str, setting: Setting, change: Change) -> None:
    """Take over a setting. An option that is text though the options are not is one of a list that is gone."""
    value = st.session_state.get(key)
    if value is not None and (not setting.options or type(value) in {type(option) for option in setting.options}):
        change(setting.name, value)
