"""What the link of the page Convolution carries beside every page's: the numbers, the settings and the kernel."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cnnviz.core.errors import Refusal
from cnnviz.core.layers.windows import PADDINGS
from cnnviz.core.lessons.convolution import colour_sum
from cnnviz.core.lessons.convolution.channel_order import SHAPE
from cnnviz.core.lessons.convolution.filtering import LARGEST
from cnnviz.core.lessons.convolution.kernels import weight
from cnnviz.core.lessons.convolution.settings import DILATIONS, SIDES, SIZES, STRIDES
from cnnviz.core.lessons.number_grid import Grid, grid, number
from cnnviz.ui.shell import options, session


def take(name: str, value: str) -> None:
    """Set what `name` stands for. Raises `Refusal` for a value that it cannot have."""
    NAMES[name](value)


def pairs() -> dict[str, str]:
    """Return name -> value of everything that is not as it is at first."""
    values = {name: session.get(key) for name, key in KEYS.items() if session.get(key) != session.default(key)}
    written = {name: _text(value) for name, value in values.items()}
    grids = {name: session.get(key) for name, key in GRIDS.items() if session.get(key) != session.default(key)}
    if session.get("filter") != "own":
        grids.pop("own", None)
        written.pop("bias", None)
    return written | {name: write(rows) for name, rows in grids.items()} | _rgb_pair()


def _text(value: object) -> str:
    if isinstance(value, float):
        return plain(value)
    return str(int(value)) if isinstance(value, bool) else str(value)


def write(rows: Grid) -> str:
    """Return a grid as rows "1~2~-0.5" with "_" between them: signs that a link carries as they are."""
    return "_".join("~".join(map(plain, row)) for row in rows)


def plain(value: float) -> str:
    """Return a number without an exponent, to six decimals."""
    return f"{value:.6f}".rstrip("0").rstrip(".")


def read(value: str, sides: tuple[int, int], cell: Callable[[object], float]) -> Grid:
    """Return the grid that `write` wrote. Raises `Refusal` for anything but a square with one of these sides."""
    rows = [row.split("~") for row in value.split("_")]
    if not sides[0] <= len(rows) <= sides[1] or any(len(row) != len(rows) for row in rows):
        raise Refusal(
            "Numbers in a link must be a square of {smallest} × {smallest} to {largest} × {largest}. Received: "
            "{value}. Share the link again.",
            smallest=sides[0],
            largest=sides[1],
            value=value,
        )
    return grid([[cell(each) for each in row] for row in rows])


def _image(value: str) -> None:
    numbers = read(value, SIDES, number)
    session.put(conv_image=numbers, conv_side=len(numbers))


def _kernel(value: str) -> None:
    numbers = read(value, SIZES, number)
    session.put(conv_kernel=numbers, conv_size=len(numbers))


def _own(value: str) -> None:
    session.put(own_kernel=read(value, (1, LARGEST), weight))


def _bias(value: str) -> None:
    session.put(own_bias=weight(value))


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


def _one_of(key: str, names: tuple[str, ...]) -> Callable[[str], None]:
    def choose(value: str) -> None:
        if value not in names:
            raise Refusal(
                "`{name}` must be one of {names}. Received: {value}. Share the link again.",
                name=key,
                names=", ".join(names),
                value=value,
            )
        session.put(**{key: value})

    return choose


def _rgb(value: str) -> None:
    """Take the number of a learned filter, or weights over three channels and a bias."""
    if value.isascii() and value.isdecimal() and len(value) < 4:
        session.put(rgb_filter=str(int(value)))
    else:
        session.put(rgb_filter="own", rgb_numbers=colour_sum.read(value))


def _rgb_pair() -> dict[str, str]:
    """Return what `_rgb` takes, where the filter is not the one that is shown at first."""
    chosen, own = session.get("rgb_filter"), session.get("rgb_numbers")
    if chosen == "own":
        return {"rgb": colour_sum.write(own)} if own else {}
    return {} if chosen == session.default("rgb_filter") else {"rgb": chosen}


#: Name in the link -> what takes its value.
NAMES: Mapping[str, Callable[[str], None]] = {
    "rgb": _rgb,
    "image": _image,
    "kernel": _kernel,
    "steps": _whole("conv_stride", *STRIDES),
    "around": _one_of("conv_padding", PADDINGS),
    "dilation": _whole("conv_dilation", *DILATIONS),
    "ask": _whole("conv_guess", 0, 1),
    "filter": _one_of("filter", tuple(options.FILTERS)),
    "own": _own,
    "bias": _bias,
    "number": _whole("filter_number", 0, 4095),
    "channel": _whole("filter_channel", 0, 2),
    "frame": _one_of("filter_padding", PADDINGS),
    "row": _whole("order_row", 0, SHAPE[0] - 1),
    "column": _whole("order_column", 0, SHAPE[1] - 1),
    "depth": _whole("order_channel", 0, SHAPE[2] - 1),
}

#: Name in the link -> session key, for those whose value is written as it is.
KEYS: Mapping[str, str] = {
    "steps": "conv_stride",
    "around": "conv_padding",
    "dilation": "conv_dilation",
    "ask": "conv_guess",
    "filter": "filter",
    "bias": "own_bias",
    "number": "filter_number",
    "channel": "filter_channel",
    "frame": "filter_padding",
    "row": "order_row",
    "column": "order_column",
    "depth": "order_channel",
}

#: Name in the link -> session key of a grid.
GRIDS: Mapping[str, str] = {"image": "conv_image", "kernel": "conv_kernel", "own": "own_kernel"}
