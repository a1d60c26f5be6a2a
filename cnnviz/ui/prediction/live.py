"""What the browser needs to work out the answer and the maps by itself while the pen moves.

Once the pen is up, the server's answer takes the place of the browser's. Of large layers the server then sends only
sums by which the browser finds out whether it has worked out the same, see `cnnviz.ui.components.feature_maps.check`.
"""

from __future__ import annotations

import math
from typing import Any

from cnnviz.core.data import colour_digits
from cnnviz.core.drawing.preprocessing import STEPS
from cnnviz.core.errors import Refusal
from cnnviz.core.training import protocol
from cnnviz.jobs.own_networks.store import is_opened
from cnnviz.ui.components.feature_maps import MAX_VALUES
from cnnviz.ui.components.network_files import make_address
from cnnviz.ui.shell import cache, session

PAGES = frozenset({"draw", "layers"})
"""Pages on which all that follows the pen is the network's; on others Python computes more from the digit."""


def describe() -> dict[str, Any] | None:
    """Return what the pad is to know of the chosen network, or None where only the server can read what is drawn.

    A visitor's own network stays on the server, and so does one of which the strip shows the first maps alone.
    """
    network = session.get("network")
    if session.get("page") not in PAGES or protocol.parse_run_id(network) is not None or is_opened(network):
        return None
    try:
        card = cache.card(network)
        cache.network(network)  # damaged weights are no file for the browser
    except Refusal:
        return None  # what is wrong with the network is said where it is used
    address = make_address(card)
    if address is None:
        return None
    if sum(map(math.prod, card.architecture.shapes())) > MAX_VALUES:
        return None
    on = session.steps()
    in_colour = colour_digits.reads_colour(card.architecture.input_shape)
    steps = [name for name in STEPS if name in on]
    colours = [session.get("ink"), session.get("paper")] if in_colour else None
    name = " ".join((address, *steps, *(colours or ())))
    return {"name": name, "network": address, "steps": steps, "colours": colours}
