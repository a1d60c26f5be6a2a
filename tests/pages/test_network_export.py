"""Every network can be exported beside the list of networks: made beside the page, offered, refused in words."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.core.errors import Refusal
from cnnviz.jobs.exports import forms, network_file
from cnnviz.jobs.exports.exporter import Exporter
from cnnviz.jobs.own_networks.store import NetworkStore
from cnnviz.jobs.sandbox import child_process
from cnnviz.jobs.sandbox.model_upload import OpenedNetwork
from cnnviz.ui.prediction import network_export
from cnnviz.ui.shell.download_button import download_button
from tests.core import strategies
from tests.pages.fake_training import FakeScheduler
from tests.pages.test_own_network import FRUIT, start, texts, well
from tests.pages.test_train_runs import completed

TOKEN = "v" * 43


class Children:
    """Stands in for the child processes.

    Attributes:
        networks: The remarks of the networks that they were asked to write.
        error: What they raise.
        go: They wait for it.
    """

    def __init__(self) -> None:
        self.networks: list[Any] = []
        self.error: Exception | None = None
        self.go = threading.Event()
        self.go.set()

    def ask(self, worker: str, data: bytes, *, on_step: Callable[[int], None], **__: object) -> bytes:
        assert worker == forms.WORKER
        header, _, network = data.partition(b"\n")
        self.networks.append(network_file.read_remarks(network))
        on_step(1)
        assert self.go.wait(30)
        if self.error is not None:
            raise self.error
        form: str = json.loads(header)["form"]
        return b"{}\na file of the form " + form.encode()


@pytest.fixture
def children(monkeypatch: pytest.MonkeyPatch) -> Children:
    made = Children()
    monkeypatch.setattr(child_process, "ask", made.ask)
    monkeypatch.setattr(network_export, "EXPORTER", Exporter())
    return made


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> dict[str, Callable[[], bytes]]:
    """Record what makes each file that is offered, by its name."""
    offered: dict[str, Callable[[], bytes]] = {}
    inner = download_button

    def offer(label: str, make: Callable[[], bytes], name: str, **looks: Any) -> None:
        assert label == name
        offered[name] = make
        inner(label, make, name, **looks)

    monkeypatch.setattr(network_export, "download_button", offer)
    return offered


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("CNNVIZ_RUNS", str(tmp_path))
    monkeypatch.setattr("streamlit.runtime.context.ContextProxy.cookies", property(lambda _: {"cnnviz_visitor": TOKEN}))
    return tmp_path


def about(app: AppTest) -> AppTest:
    """Open “About this network”."""
    app.session_state["about-network"] = True
    return app.run()


def take_out(app: AppTest, form: str) -> AppTest:
    """Have a file made, and wait for its end."""
    app = app.button(key=f"make-{form}").click().run()
    attempt = app.session_state["network_export"]
    if attempt is not None and not isinstance(attempt.outcome, Refusal):
        attempt.outcome.wait(30)
        app = app.run()
    return app


def labels(app: AppTest) -> list[str]:
    return [each.label for each in app.button if each.label.startswith("Make ")]


def check_all_forms(app: AppTest, files: dict[str, Callable[[], bytes]], stem: str) -> None:
    """Take a network out in every form."""
    app = about(app)
    assert well(app)
    assert labels(app) == [f"Make {stem}.keras", f"Make {stem}.onnx"]
    assert set(files) == {f"{stem}.safetensors", f"{stem}.py"}
    for name in ("keras", "onnx"):
        app = take_out(app, name)
        assert well(app)
        assert files[f"{stem}.{name}"]() == f"a file of the form {name}".encode()
    assert not labels(app)
    assert set(files) == {f"{stem}{form.ending}" for form in forms.FORMS}
    for form in forms.FORMS:
        assert form.purpose.replace("`", "") in texts(app).replace("`", "")


def test_a_network_of_the_app(children: Children, files: dict[str, Callable[[], bytes]]) -> None:
    check_all_forms(start("Layers", net="cnn-32-32"), files, "cnn-32-32")
    assert [each["title"] for each in children.networks] == ["cnn-32-32"] * 2
    assert json.loads(children.networks[0]["card"])["test_accuracy"] > 0.98
    assert b"EarlyStopping" in files["cnn-32-32.py"]()
    assert network_file.read(files["cnn-32-32.safetensors"]()).name == "cnn-32-32"


def test_a_network_that_was_trained(
    children: Children, files: dict[str, Callable[[], bytes]], app: AppTest, scheduler: FakeScheduler
) -> None:
    job_id = completed(app, scheduler)
    visitor_token = app.session_state["visitor"]
    app.query_params["net"] = f"run-{job_id}"
    app = app.switch_page("pages/Layers.py").run()
    app.session_state["network"] = f"run-{job_id}"
    assert app.run().session_state["visitor"] == visitor_token
    check_all_forms(app, files, "run-1")
    assert [each["title"] for each in children.networks] == ["Run 1"] * 2
    assert b"fit(" in files["run-1.py"]()


def test_a_network_that_was_opened(children: Children, files: dict[str, Callable[[], bytes]], home: Path) -> None:
    network = strategies.network(FRUIT, 1)
    owner = hashlib.sha256(TOKEN.encode()).hexdigest()[:32]
    name = NetworkStore(owner, home).keep(OpenedNetwork(network), "My *fruit*.keras")
    app = start(net=name)
    check_all_forms(app, files, "my-fruit")
    assert children.networks[0]["title"] == "My *fruit*"
    assert json.loads(children.networks[0]["variant"])["classes"] == list(FRUIT.classes)
    assert "Keras has no place for names of classes" in texts(about(app))
    program = files["my-fruit.py"]()
    assert b"fit(" not in program
    assert b"plum *ripe*" in program


def test_the_second_visitor_need_not_wait(children: Children, files: dict[str, Callable[[], bytes]]) -> None:
    take_out(about(start("Layers")), "keras")
    assert labels(about(start("Layers"))) == ["Make pen.onnx"]
    assert files["pen.keras"]() == b"a file of the form keras"
    assert len(children.networks) == 1


def test_the_page_says_what_is_done_and_stays_usable(children: Children) -> None:
    children.go.clear()
    app = about(start("Layers"))
    app = app.button(key="make-keras").click().run()
    assert well(app)
    assert all(app.button(key=f"make-{form}").disabled for form in ("keras", "onnx"))
    task = app.session_state["network_export"].outcome
    children.go.set()
    task.wait(30)
    assert well(app.run())
    assert labels(app) == ["Make pen.onnx"]


def test_what_fails_is_said_below_its_button_and_can_be_tried_again(
    children: Children, files: dict[str, Callable[[], bytes]]
) -> None:
    children.error = child_process.WorkerError("code 1")
    app = take_out(about(start("Layers")), "keras")
    assert [each.value.replace("\\", "") for each in app.error] == [
        "The .keras file could not be made. Try again in a minute, or export the network as a .safetensors file."
    ]
    app.session_state["network"] = "dense-64"
    assert not app.run().error  # it was about another network
    app.session_state["network"] = "pen"
    children.error = None
    app = take_out(app.run(), "keras")
    assert well(app)
    assert files["pen.keras"]() == b"a file of the form keras"


def test_too_many_at_once_are_refused(children: Children, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001
    monkeypatch.setattr("cnnviz.jobs.exports.exporter.MAX_WAITING", 0)
    app = about(start("Layers"))
    app = app.button(key="make-onnx").click().run()
    assert "Others wait for" in " ".join(str(each.value) for each in app.error)
    assert not app.exception
