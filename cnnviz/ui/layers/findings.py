"""What each layer did to the digit, in the visitor's language."""

from __future__ import annotations

from collections.abc import Mapping

from cnnviz.core.inference.trace import Trace
from cnnviz.core.lessons.layers import sentences
from cnnviz.core.networks.network import Network
from cnnviz.ui.i18n import translate_message


def write(network: Network, trace: Trace) -> Mapping[str, str]:
    """Return name of each layer -> sentences about what it did to the digit of `trace`."""
    return {name: " ".join(map(translate_message, found)) for name, found in sentences.describe(network, trace).items()}
