"""What the link of the page Pooling carries beside every page's: the numbers, and how they and the maps are pooled."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cnnviz.core.errors import Refusal
from cnnviz.core.inference.perturbations import DISTURBANCES, OFFSETS
from cnnviz.core.layers.windows import PADDINGS
from cnnviz.core.lessons.number_grid import Grid, grid, number, text
from cnnviz.core.lessons.pooling.worked_example import SIDES
from cnnviz.ui.shell import options, session

#: Largest window and stride that can be chosen for maps.
MOST = 8


def take(name: str, value: str) -> None:
    """Set what `name` stands for. Raises `Refusal` for a value that it cannot have."""
    NAMES[name](value)


def pairs() -> dict[str, str]:
    """Return name -> value of everything that is not as it is at first."""
    values = {name: session.get(key) for name, key in KEYS.items() if session.get(key) != session.default(key)}
    written = {name: str(int(value)) if isinstance(value, bool) else str(value) for name, value in values.items()}
    numbers = session.get("bench_grid")
    return written | ({} if numbers == session.default("bench_grid") else {"grid": write(numbers)})


def write(numbers: Grid) -> str:
    """Return a grid as rows "1~2~-0.5" with "_" between them: signs that a link carries as they are."""
    return "_".join("~".join(text(value).replace("−", "-") for value in row) for row in numbers)


def read(value: str) -> Grid:
    """Return the grid that `write` wrote. Raises `Refusal` for anything else."""
    rows = [row.split("~") for row in value.split("_")]
    if not SIDES[0] <= len(rows) <= SIDES[1] or any(len(row) != len(rows) for row in rows):
        raise Refusal("`grid` must be a square of numbers. Received: {value}. Share the link again.", value=value)
    return grid([[number(cell) for cell in row] for row in rows])


def _grid(value: str) -> None:
    numbers = read(value)
    session.put(bench_grid=numbers, bench_side=len(numbers))


def _whole(key: str, lowest: int, highest: int) -> Callable[[str], None]:
    def choose(value: str) -> None:
        if not (value.isascii() and value.isdecimal() and len(value) < 5 and lowest <= int(value) <= highest):
            raise Refusal(
                "`{name}` must be a whole number from {lowest} to {highest}. Received: {value}. Share the link again.",
                name=key,
                lowest=lowest,
                highest=highest,
                value=value,
            )
        session.put(**{key: type(session.default(key))(int(value))})

    return choose


def _padding(key: str) -> Callable[[str], None]:
    def choose(value: str) -> None:
        if value not in PADDINGS:
            raise Refusal("`padding` must be valid or same. Received: {value}. Share the link again.", value=value)
        session.put(**{key: value})

    return choose


def _layer(value: str) -> None:
    """Whether the network has the layer is seen when it is shown; of another network the first is taken."""
    session.put(same_layer=value[:64])


def _disturbance(value: str) -> None:
    if value not in options.DISTURBANCES:
        raise Refusal(
            "`disturb` must be one of {names}. Received: {value}. Share the link again.",
            names=", ".join(options.DISTURBANCES),
            value=value,
        )
    session.put(disturbance=value)


#: Name in the link -> what takes its value.
NAMES: Mapping[str, Callable[[str], None]] = {
    "grid": _grid,
    "window": _whole("bench_window", 1, SIDES[1]),
    "stride": _whole("bench_stride", 1, SIDES[1]),
    "padding": _padding("bench_padding"),
    "guess": _whole("bench_guess", 0, 1),
    "conv": _layer,
    "map": _whole("same_map", 0, 4095),
    "pool": _whole("same_window", 1, MOST),
    "step": _whole("same_stride", 1, MOST),
    "edges": _padding("same_padding"),
    "disturb": _disturbance,
    "moved": _whole("moved", 0, len(OFFSETS) - 1),
    **{name: _whole(name, 0, len(one.amounts) - 1) for name, one in DISTURBANCES.items()},
}

#: Name in the link -> session key, for those whose value is written as it is.
KEYS: Mapping[str, str] = {
    "window": "bench_window",
    "stride": "bench_stride",
    "padding": "bench_padding",
    "guess": "bench_guess",
    "conv": "same_layer",
    "map": "same_map",
    "pool": "same_window",
    "step": "same_stride",
    "edges": "same_padding",
    "disturb": "disturbance",
    **{name: name for name in ("moved", *DISTURBANCES)},
}
