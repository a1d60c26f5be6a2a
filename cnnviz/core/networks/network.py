"""Networks: an architecture with its weights."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from cnnviz.core.errors import Refusal
from cnnviz.core.layers import Shape
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.card import ModelCard


@dataclass(frozen=True, eq=False)
class Network:
    """An immutable network; its arrays are copied on construction.

    Attributes:
        architecture: Architecture of the network.
        weights: `weights[layer name][weight name]`, read-only finite float32 arrays of the shapes of the architecture.
        card: Model card, None for a network that is not in the model store.
        content_sha256: Of layers and weights together, as whoever made the network says; "" where that is not known.
        title: How the visitor knows it, for refusals; its name where nothing else is given.

    Raises:
        Refusal: If names, shapes, dtypes or values of the weights are not as they should be.
    """

    architecture: Architecture
    weights: Mapping[str, Mapping[str, np.ndarray]]
    card: ModelCard | None = None
    content_sha256: str = ""
    title: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "title", self.title or self.architecture.name)
        expected = self.architecture.weight_shapes()
        _check_names("layers", expected, self.weights)
        checked = {layer: _check_layer(layer, shapes, self.weights[layer]) for layer, shapes in expected.items()}
        object.__setattr__(self, "weights", MappingProxyType(checked))

    @property
    def name(self) -> str:
        """Name of the architecture."""
        return self.architecture.name

    @property
    def parameters(self) -> int:
        """Number of weights."""
        return self.architecture.parameters

    def weights_of(self, layer_name: str) -> Mapping[str, np.ndarray]:
        """Return the weights of one layer, an empty mapping for a layer that has none."""
        return self.weights.get(layer_name, NO_WEIGHTS)


def pack_weights(weights: Mapping[str, Mapping[str, np.ndarray]], prefix: str = "") -> dict[str, np.ndarray]:
    """Flatten weights by layer and name to one table with the keys `<prefix><layer>/<name>`, as in files."""
    return {f"{prefix}{layer}/{name}": array for layer, of in weights.items() for name, array in of.items()}


def unpack_weights(arrays: Mapping[str, np.ndarray], prefix: str = "") -> dict[str, dict[str, np.ndarray]]:
    """Invert `pack_weights`: return weights by layer and name. Keys without `prefix` are ignored."""
    weights: dict[str, dict[str, np.ndarray]] = {}
    for key, array in arrays.items():
        if key.startswith(prefix):
            layer, _, name = key.removeprefix(prefix).rpartition("/")
            weights.setdefault(layer, {})[name] = array
    return weights


NO_WEIGHTS: Mapping[str, np.ndarray] = MappingProxyType({})


def _check_layer(
    layer: str, shapes: Mapping[str, Shape], weights: Mapping[str, np.ndarray]
) -> Mapping[str, np.ndarray]:
    _check_names(f"weights of {layer}", shapes, weights)
    return MappingProxyType(
        {name: _copy_read_only(f"{layer}/{name}", shape, weights[name]) for name, shape in shapes.items()}
    )


def _check_names(what: str, expected: Mapping[str, object], received: Mapping[str, object]) -> None:
    if set(expected) != set(received):
        raise Refusal(
            "The {what} must be {expected}. Received: {received}. Use weights made for this architecture.",
            what=what,
            expected=", ".join(expected) or "none",
            received=", ".join(map(str, received)) or "none",
        )


def _copy_read_only(name: str, shape: Shape, array: np.ndarray) -> np.ndarray:
    if array.dtype != np.float32 or array.shape != shape:
        raise Refusal(
            "`{name}` must be float32 of shape {shape}. Received: {dtype} of shape {received}. "
            "Use weights made for this architecture.",
            name=name,
            shape=shape,
            dtype=str(array.dtype),
            received=array.shape,
        )
    if not np.isfinite(array).all():
        raise Refusal(
            "`{name}` must be finite numbers. Received: some that are infinite or not a number. Train with a smaller "
            "learning rate.",
            name=name,
        )
    copy = np.array(array, order="C")  # an array, also of a scalar of NumPy
    copy.setflags(write=False)
    return copy
