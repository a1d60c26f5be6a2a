"""Every cache of the app. What is cached is immutable and shared by all visitors; any of it may vanish."""

from __future__ import annotations

import streamlit as st

from cnnviz.core import shelf
from cnnviz.core.cards import Card
from cnnviz.core.network import Network


@st.cache_resource(max_entries=16, show_spinner=False)
def network(name: str) -> Network:
    """Return the network `name` of the shelf; its arrays are read-only."""
    return shelf.load(name)


@st.cache_resource(max_entries=64, show_spinner=False)
def card(name: str) -> Card:
    """Return the card of the network `name` of the shelf."""
    return shelf.card(name)
