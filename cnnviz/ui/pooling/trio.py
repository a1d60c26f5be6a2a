"""The three pooling networks from the model store, and what each is called in a sentence."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from cnnviz.core.lessons.pooling.trio import POOL_NETWORKS
from cnnviz.core.networks import model_store
from cnnviz.core.networks.network import Network
from cnnviz.ui.i18n import translate
from cnnviz.ui.shell import cache, layer_names


def name_layers(network: str) -> Mapping[str, str]:
    """Return name in Keras -> name in words for the layers of one of the three; nothing for another network."""
    return layer_names.in_words(POOL_NETWORKS[network][0].layers) if network in POOL_NETWORKS else {}


def load_networks() -> tuple[Network, ...] | None:
    """Return the three, or None, having said so, where the model store does not have them all."""
    there = model_store.names()
    missing = [name for name in POOL_NETWORKS if name not in there]
    if missing:
        st.info(
            translate(
                "The model store lacks {names}. Run scripts/train_models.py --seeds 5, or copy them into models.",
                names=", ".join(missing),
            )
        )
        return None
    return tuple(cache.network(name) for name in POOL_NETWORKS)


def write_table(head: list[str], rows: list[list[str]]) -> str:
    """Return a table as Markdown: the first column is text, the others are figures."""
    rule = ["---", *("---:" for _ in head[1:])]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *rows))
