"""Files of networks are made once, kept within limits, and refused in words."""

from __future__ import annotations

import json
import threading
from dataclasses import replace

import numpy as np
import pytest

from cnnviz.core.errors import Refusal
from cnnviz.core.layers import Dense, Flatten
from cnnviz.core.networks import card as cards
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.network import Network
from cnnviz.core.networks.training_plan import TrainingPlan
from cnnviz.jobs.exports import exporter, forms, network_file
from cnnviz.jobs.exports.exporter import ExportedNetwork, Exporter
from cnnviz.jobs.sandbox import child_process
from cnnviz.workers.model_files import reader
from tests.core import strategies
from tests.core.networks import small_network

NETWORK = small_network.network()
EXPORTED = ExportedNetwork(replace(NETWORK, card=small_network.card(NETWORK)), "My best: Nr. 1!")


class Children:
    """Stands in for the child processes.

    Attributes:
        asked: The forms of the files that were asked for, and the networks' titles.
        answer: What a child answers.
        go: A child waits for it.
    """

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.answer = b"{}\nthe file"
        self.go = threading.Event()
        self.go.set()

    def ask(self, worker: str, data: bytes, **more: object) -> bytes:
        header, _, network = data.partition(b"\n")
        assert worker == forms.WORKER
        assert more["queue"] is child_process.EXPORTS
        self.asked.append((json.loads(header)["form"], network_file.read_remarks(network)["title"]))
        assert self.go.wait(30)
        return self.answer


@pytest.fixture
def children(monkeypatch: pytest.MonkeyPatch) -> Children:
    made = Children()
    monkeypatch.setattr(child_process, "ask", made.ask)
    return made


def titled(title: str) -> ExportedNetwork:
    return replace(EXPORTED, title=title)


def test_every_form_has_an_ending_of_its_own() -> None:
    assert len({form.ending for form in forms.FORMS}) == len(forms.FORMS)
    assert {form.name for form in forms.FORMS if not form.worker} == set(exporter.WRITERS)


def test_files_are_called_after_the_network() -> None:
    assert [EXPORTED.name_file(form) for form in forms.FORMS] == [
        "my-best-nr-1.keras",
        "my-best-nr-1.safetensors",
        "my-best-nr-1.onnx",
        "my-best-nr-1.py",
    ]


def test_file_name_is_plain_ascii() -> None:
    assert forms.make_file_name("../../etc/passwd") == "etc-passwd"
    assert forms.make_file_name("数字") == "network"
    assert forms.make_file_name("x" * 100) == "x" * 40


def test_second_who_asks_gets_the_kept_file(children: Children) -> None:
    made = Exporter()
    assert not made.has(forms.KERAS, EXPORTED)
    assert made.make(forms.KERAS, EXPORTED) == b"the file"
    again = ExportedNetwork(Network(NETWORK.architecture, NETWORK.weights, EXPORTED.network.card), EXPORTED.title)
    assert made.has(forms.KERAS, again)
    assert made.make(forms.KERAS, again) == b"the file"
    assert children.asked == [("keras", EXPORTED.title)]


def test_other_content_is_another_file(children: Children) -> None:
    made = Exporter()
    network = EXPORTED.network
    others = [
        EXPORTED,
        titled("Another"),
        replace(EXPORTED, plan=TrainingPlan(seed=8)),
        replace(EXPORTED, network=replace(network, card=None)),
        replace(EXPORTED, network=small_network.network(seed=1)),
        replace(EXPORTED, network=small_network.network(name="other")),
    ]
    for each in others:
        made.make(forms.KERAS, each)
    made.make(forms.ONNX, EXPORTED)
    assert len(children.asked) == len(others) + 1


def test_two_who_ask_together_wait_for_one_child(children: Children) -> None:
    made = Exporter()
    children.go.clear()
    first = made.start(forms.KERAS, EXPORTED)
    assert made.start(forms.KERAS, EXPORTED) is first
    children.go.set()
    assert first.wait(30).result == made.identify(forms.KERAS, EXPORTED)
    assert made.start(forms.KERAS, EXPORTED) is not first
    assert len(children.asked) == 1


def test_too_many_who_wait_are_refused(children: Children) -> None:
    made = Exporter()
    children.go.clear()
    tasks = [made.start(forms.KERAS, titled(str(number))) for number in range(exporter.MAX_WAITING)]
    with pytest.raises(Refusal, match="Others wait"):
        made.start(forms.KERAS, titled("one more"))
    children.go.set()
    assert all(task.wait(30).result for task in tasks)
    assert made.start(forms.KERAS, titled("one more")).wait(30).result


@pytest.mark.parametrize("made", [Exporter(most_files=2), Exporter(most_bytes=2 * len(b"the file"))])
def test_the_file_that_was_not_asked_for_longest_goes_first(children: Children, made: Exporter) -> None:
    first, second, third = map(titled, "abc")
    for each in (first, second, first, third):
        made.make(forms.KERAS, each)
    assert [made.has(forms.KERAS, each) for each in (first, second, third)] == [True, False, True]
    assert len(children.asked) == 3


def test_a_file_that_is_too_large_to_keep_is_handed_out(children: Children) -> None:  # noqa: ARG001
    made = Exporter(most_bytes=1)
    assert made.make(forms.KERAS, EXPORTED) == b"the file"
    assert not made.has(forms.KERAS, EXPORTED)


def test_a_child_that_fails_is_said_and_tried_again(monkeypatch: pytest.MonkeyPatch, children: Children) -> None:
    def fail(*_: object, **__: object) -> bytes:
        raise child_process.WorkerError("code 1")

    made = Exporter()
    monkeypatch.setattr(child_process, "ask", fail)
    refusal = made.start(forms.ONNX, EXPORTED).wait(30).refusal
    assert "The .onnx file could not be made" in str(refusal)
    monkeypatch.setattr(child_process, "ask", children.ask)
    assert made.start(forms.ONNX, EXPORTED).wait(30).result


@pytest.mark.parametrize("answer", [b"", b"\n", b"no header", b"[1]\n", b"\xff\n"])
def test_an_answer_of_another_form_is_said(children: Children, answer: bytes) -> None:
    children.answer = answer
    with pytest.raises(Refusal, match="could not be made"):
        Exporter().make(forms.KERAS, EXPORTED)


def test_what_the_child_refuses_is_said(children: Children) -> None:
    children.answer = json.dumps({"refusal": Refusal("No {kind}.", kind="Odd").to_json()}).encode() + b"\n"
    with pytest.raises(Refusal, match=r"No Odd\."):
        Exporter().make(forms.KERAS, EXPORTED)


def test_another_cnnviz_reads_the_safetensors_file_bit_for_bit() -> None:
    found = reader.read(Exporter().make(forms.SAFETENSORS, EXPORTED), "any.safetensors")
    assert found.architecture == replace(NETWORK.architecture, name="my-best-nr-1")
    assert found.card is None  # a file may claim anything
    for layer, arrays in NETWORK.weights.items():
        for name, array in arrays.items():
            np.testing.assert_array_equal(found.weights[layer][name], array)


def test_names_title_and_card_are_in_the_safetensors_file() -> None:
    remarks = network_file.read_remarks(Exporter().make(forms.SAFETENSORS, EXPORTED))
    assert remarks["title"] == EXPORTED.title
    assert cards.from_text(remarks["card"]) == EXPORTED.network.card


def test_a_card_that_is_too_long_to_be_read_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network_file, "MAX_REMARKS_LENGTH", 1_000)
    remarks = network_file.read_remarks(Exporter().make(forms.SAFETENSORS, EXPORTED))
    assert set(remarks) == {"variant", "title"}


def test_the_program_trains_where_the_plan_is_known() -> None:
    program = Exporter().make(forms.PROGRAM, replace(EXPORTED, plan=TrainingPlan(epochs=7))).decode()
    assert "epochs=7" in program
    compile(program, "program", "exec")


def test_the_program_of_a_network_from_a_file_says_its_classes() -> None:
    classes = ("kiwi", 'a "b" \\', "'''")
    layers = (Flatten(name="flatten"), Dense(name="dense", units=3, activation="softmax"))
    network = strategies.network(Architecture("odd", layers, (4, 6, 2), classes=classes), 1)
    program = Exporter().make(forms.PROGRAM, ExportedNetwork(network, '""" os._exit(1)')).decode()
    assert "fit(" not in program
    start = program.index("classes = ")
    scope: dict[str, object] = {}
    exec(program[start : program.index("]", start) + 1], scope)
    assert scope["classes"] == list(classes)
    compile(program, "program", "exec")
