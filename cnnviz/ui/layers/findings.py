"""What each layer did to the digit, in the visitor's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cnnviz.core.inference.trace import Trace
from cnnviz.core.lessons.layers import sentences
from cnnviz.core.messages import Message
from cnnviz.core.networks.network import Network
from cnnviz.ui.i18n import translate


def write(network: Network, trace: Trace) -> Mapping[str, str]:
    """Return name of each layer -> sentences about what it did to the digit of `trace`."""
    return {name: _write(found) for name, found in sentences.describe(network, trace).items()}


def _write(found: Iterable[Message]) -> str:
    return " ".join(_fill(each) for each in found)


def _fill(said: Message) -> str:
    """Return a message in the visitor's language; values that are messages are translated too."""
    values = {name: _fill(each) if isinstance(each, Message) else each for name, each in said.values.items()}
    return translate(said.template, **values)
