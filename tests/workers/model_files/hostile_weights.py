"""`.keras` files whose HDF5 weights are damaged or a trap, and the words with which each is refused."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np

from tests.workers.model_files.make_files import WEIGHTS, hdf5, keras


def h5(make: Callable[[Any], object], without: str = "layers/dense/vars/0") -> bytes:
    """Return a `.keras` file whose weights lack one array; `make` may put something in its place."""
    import h5py

    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        for path, array in WEIGHTS.items():
            if path != without:
                file[path] = array
        make(file)
    return keras(weights=buffer.getvalue())


PLACE = "layers/dense/vars/0"


def external_storage(file: Any) -> None:
    file.create_dataset(PLACE, (18, 10), "f4", external=[("/etc/hostname", 0, 720)])


def virtual(file: Any) -> None:
    import h5py

    layout = h5py.VirtualLayout((18, 10), "f4")
    layout[:] = h5py.VirtualSource("/etc/hostname", "data", (18, 10))
    file.create_virtual_dataset(PLACE, layout)


def link(kind: str, *target: str) -> Callable[[Any], object]:
    def make(file: Any) -> None:
        import h5py

        file["other"] = np.zeros((18, 10), np.float32)
        file[PLACE] = getattr(h5py, kind)(*target)

    return make


def dataset(**options: Any) -> Callable[[Any], object]:
    return lambda file: file.create_dataset(PLACE, **options)


def poisoned(value: float) -> bytes:
    array = WEIGHTS[PLACE].copy()
    array[3, 4] = value
    return h5(dataset(data=array))


CASES: dict[str, tuple[Callable[[], bytes], str]] = {
    "external link": (lambda: h5(link("ExternalLink", "/etc/hostname", "/x")), "a link to another place or file"),
    "soft link": (lambda: h5(link("SoftLink", "/other")), "a link to another place or file"),
    "soft link on the way": (lambda: soft_group(), "a link to another place or file"),
    "external storage": (lambda: h5(external_storage), "values lie in another place or file"),
    "virtual": (lambda: h5(virtual), "values lie in another place or file"),
    "missing": (lambda: h5(lambda _: None), "needs 2 arrays of weights, but this file has 1"),
    "too many": (lambda: h5(lambda file: file.create_dataset("layers/dense/vars/2", data=0.0), ""), "needs 2 arrays"),
    "shape": (lambda: h5(dataset(data=np.zeros((10, 18), np.float32))), "has shape (10, 18)"),
    "shape bomb": (
        lambda: h5(dataset(shape=(10**6, 10**6), dtype="f4", chunks=(1, 10))),
        "has shape (1000000, 1000000)",
    ),
    "chunk bomb": (lambda: h5(chunk_bomb), "cut into pieces larger than itself"),
    "no values": (lambda: h5(dataset(shape=(18, 10), dtype="f4")), "without values"),
    "group": (lambda: h5(lambda file: file.create_group(PLACE)), "no array"),
    "NaN": (lambda: poisoned(np.nan), "infinite or not a number"),
    "infinity": (lambda: poisoned(np.inf), "infinite or not a number"),
    "too large for float32": (lambda: h5(dataset(data=np.full((18, 10), 1e300))), "infinite or not a number"),
    "complex": (lambda: h5(dataset(data=np.zeros((18, 10), np.complex64))), "no array of floating-point numbers"),
    "integers": (lambda: h5(dataset(data=np.zeros((18, 10), np.int32))), "no array of floating-point numbers"),
    "texts": (lambda: h5(dataset(data=np.full((18, 10), b"x"))), "no array of floating-point numbers"),
    "filter": (lambda: h5(dataset(data=WEIGHTS[PLACE], compression="lzf")), "packed in an unusual way"),
    "scale and offset": (lambda: h5(dataset(data=WEIGHTS[PLACE], scaleoffset=2)), "packed in an unusual way"),
    "empty": (lambda: keras(weights=b""), "damaged or cut short"),
    "cut": (lambda: keras(weights=hdf5()[:-400]), "damaged or cut short"),
    "text": (lambda: keras(weights=b"hello" * 100), "damaged or cut short"),
}


def soft_group() -> bytes:
    import h5py

    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        for path, array in WEIGHTS.items():
            file[path.replace("layers/dense/", "elsewhere/")] = array
        file["layers/dense"] = h5py.SoftLink("/elsewhere")
    return keras(weights=buffer.getvalue())


def chunk_bomb(file: Any) -> None:
    """Store an array in one chunk of 4 GB, of which the file holds four kilobytes."""
    import h5py

    plan = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plan.set_chunk((32_000, 32_000))
    plan.set_deflate(9)
    space = h5py.h5s.create_simple((18, 10), (h5py.h5s.UNLIMITED, h5py.h5s.UNLIMITED))
    made = h5py.h5d.create(file["layers/dense/vars"].id, b"0", h5py.h5t.IEEE_F32LE, space, plan)
    made.write_direct_chunk((0, 0), zlib.compress(bytes(1000)))
