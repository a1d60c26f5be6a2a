"""The model store: networks on disk, each as `<name>.safetensors` (weights) and `<name>.json` (card).

Safetensors is a data-only format: reading a file cannot run code. The card holds the SHA-256 of the weights.
"""

import hashlib
import os
from dataclasses import replace
from pathlib import Path

from cnnviz.core import atomic_file
from cnnviz.core.errors import Refusal
from cnnviz.core.layers import checks
from cnnviz.core.networks import card as cards
from cnnviz.core.networks.card import ModelCard
from cnnviz.core.networks.network import Network, pack_weights, unpack_weights

DEFAULT = "pen"
"""Network that pages open with."""
MAX_WEIGHTS_BYTES = 100_000_000
MAX_CARD_BYTES = 1_000_000


def folder() -> Path:
    """Return the folder that CNNVIZ_MODELS names, or that of the networks shipped with cnnviz."""
    return Path(os.environ.get("CNNVIZ_MODELS") or Path(__file__).parents[3] / "models")


def names(store: Path | None = None) -> tuple[str, ...]:
    """Return the names of all networks in the store, the default first, then in alphabetical order."""
    place = store or folder()
    found = [path.stem for path in place.glob("*.json") if path.with_suffix(".safetensors").exists()]
    return tuple(sorted(found, key=lambda name: (name != DEFAULT, name)))


def card(name: str, store: Path | None = None) -> ModelCard:
    """Return the card of `name`. Raises `Refusal` for a name that is not in the store or a card that is damaged."""
    read = cards.from_text(_read(name, ".json", MAX_CARD_BYTES, store).decode("utf-8", errors="replace"))
    if read.name != name or read.architecture.name != name:
        _refuse_damaged(name)
    return read


def load(name: str, store: Path | None = None) -> Network:
    """Load the network `name` with its card; every call returns a new object.

    Checks SHA-256, names, shapes and dtypes of the weights, and that they are finite.

    Raises:
        Refusal: If the name is not in the store or a file is damaged.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load as parse

    known = card(name, store)
    data = _read(name, ".safetensors", MAX_WEIGHTS_BYTES, store)
    if hashlib.sha256(data).hexdigest() != known.weights_sha256:
        _refuse_damaged(name)
    try:
        return Network(known.architecture, unpack_weights(parse(data)), known)
    except (SafetensorError, KeyError) as error:
        raise _damaged(name) from error


def save(network: Network, card: ModelCard, store: Path | None = None) -> ModelCard:
    """Save `network` with `card`, and return the card with the SHA-256 of the weights filled in.

    Each file is written atomically, the weights first. A crash between the two leaves either no network of that name
    or, where one is replaced, a pair that `load` refuses by its SHA-256.
    """
    from safetensors.numpy import save as serialize

    if card.name != network.name or card.architecture != network.architecture:
        raise Refusal(
            "The card must be that of the network. Received: a card of {card} for {network}. Make a new card.",
            card=card.name,
            network=network.name,
        )
    place = store or folder()
    data = serialize(pack_weights(network.weights))
    complete = replace(card, weights_sha256=hashlib.sha256(data).hexdigest())
    text = cards.to_text(complete)
    atomic_file.write(place / f"{network.name}.safetensors", data)
    atomic_file.write(place / f"{network.name}.json", text.encode())
    return complete


def _read(name: str, suffix: str, largest: int, store: Path | None) -> bytes:
    path = (store or folder()) / f"{checks.network_name(name)}{suffix}"
    try:
        with path.open("rb") as file:
            data = file.read(largest + 1)
    except OSError as error:
        raise Refusal(
            "There is no network of that name. Received: {name}. Choose one of {names}.",
            name=name,
            names=", ".join(names(store)) or "none yet",
        ) from error
    if len(data) > largest:
        _refuse_damaged(name)
    return data


def _damaged(name: str) -> Refusal:
    return Refusal(
        "The files of a network must be as they were saved. Received: {name}, whose files are damaged. Save or "
        "train the network again, or choose another.",
        name=name,
    )


def _refuse_damaged(name: str) -> None:
    raise _damaged(name)
