"""Networks for the browser: each at an address with its weights' hash, compressed once, no visitor's own."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnviz.core.networks import browser_file, model_store
from cnnviz.core.networks.network import Network
from cnnviz.ui.components.network_files import FOLDER, NetworkFiles, make_address
from tests.event_loop import run_apart

NAME = "pool-max"
Answer = tuple[int, dict[bytes, bytes], bytes]


async def _inner(scope: Any, receive: Any, send: Any) -> None:  # noqa: ARG001 (what ASGI asks for)
    await send({"type": "http.response.start", "status": 418, "headers": []})
    await send({"type": "http.response.body", "body": scope["path"].encode()})


def ask(app: NetworkFiles, path: str, method: str = "GET", accepted: str = "gzip") -> Answer:
    """Return what is answered to one request."""
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        raise AssertionError("nothing is read")

    headers = [(b"accept-encoding", accepted.encode())]
    run_apart(app({"type": "http", "method": method, "path": path, "headers": headers}, receive, send))
    return sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"]


def address(name: str = NAME) -> str:
    return f"{FOLDER}{make_address(model_store.card(name))}"


def test_the_file_holds_the_layers_and_their_weights() -> None:
    network = model_store.load(NAME)
    packed = browser_file.pack(network)
    length = int.from_bytes(packed[:4], "little")
    header = json.loads(packed[4 : 4 + length])
    assert length % 4 == 0
    assert [layer["name"] for layer in header["layers"]] == [layer.name for layer in network.architecture.layers]
    for each in header["weights"]:
        values = np.frombuffer(packed, "<f4", each["count"], 4 + length + each["at"])
        assert np.array_equal(values, network.weights[each["layer"]][each["name"]].ravel())
    assert len(packed) == 4 + length + 4 * network.parameters


def test_a_network_is_sent_compressed_and_kept_for_good() -> None:
    status, headers, body = ask(NetworkFiles(_inner), address())
    assert (status, headers[b"content-encoding"]) == (200, b"gzip")
    assert b"immutable" in headers[b"cache-control"]
    assert headers[b"content-length"] == str(len(body)).encode()
    assert gzip.decompress(body) == browser_file.pack(model_store.load(NAME))


def test_below_another_folder_of_the_server_too() -> None:
    assert ask(NetworkFiles(_inner), f"/school{address()}")[0] == 200


def test_who_reads_no_gzip_gets_it_as_it_is_and_head_gets_no_body() -> None:
    app = NetworkFiles(_inner)
    status, headers, body = ask(app, address(), accepted="identity")
    assert (status, body) == (200, browser_file.pack(model_store.load(NAME)))
    assert b"content-encoding" not in headers
    assert ask(app, address(), "HEAD")[::2] == (200, b"")


def test_it_is_read_and_compressed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    load = model_store.load

    def noting(name: str) -> Network:
        read.append(name)
        return load(name)

    monkeypatch.setattr(model_store, "load", noting)
    app = NetworkFiles(_inner)
    assert ask(app, address()) == ask(app, address())
    assert read == [NAME]


@pytest.mark.parametrize(
    "path",
    [
        f"{FOLDER}{NAME}/0123456789abcdef",
        f"{FOLDER}run-0123456789abcdef/0123456789abcdef",
        f"{FOLDER}..%2f{NAME}/0123456789abcdef",
        f"{FOLDER}../models/{NAME}/0123456789abcdef",
        f"{FOLDER}{NAME}",
        FOLDER,
    ],
)
def test_there_is_nothing_else(path: str) -> None:
    assert ask(NetworkFiles(_inner), path)[::2] == (404, b"")


def test_everything_else_passes() -> None:
    app = NetworkFiles(_inner)
    for path in ("/", "/_stcore/health", "/_stcore/bidi-components/cnnviz.browser-1/pad/pad.js"):
        assert ask(app, path)[::2] == (418, path.encode())
    assert ask(app, address(), "POST")[0] == 418


def test_a_network_with_other_weights_has_another_address(tmp_path: Path) -> None:
    network = model_store.load(NAME)
    assert network.card is not None
    weights = {layer: {name: array + 1 for name, array in of.items()} for layer, of in network.weights.items()}
    changed = model_store.save(Network(network.architecture, weights), network.card, tmp_path)
    assert make_address(changed) != make_address(network.card)
