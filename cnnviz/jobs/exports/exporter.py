"""Export a network in one of the `forms`: at once, or in a child process whose file is kept for the next who asks."""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from threading import Lock
from weakref import WeakKeyDictionary

from cnnviz.core.background import BackgroundTask, Progress, ignore_progress
from cnnviz.core.errors import Refusal
from cnnviz.core.messages import gettext_noop
from cnnviz.core.networks import keras_source
from cnnviz.core.networks.network import Network
from cnnviz.core.networks.training_plan import TrainingPlan
from cnnviz.jobs.exports import network_file
from cnnviz.jobs.exports.forms import PROGRAM, SAFETENSORS, ExportForm, make_file_name
from cnnviz.jobs.sandbox import child_process

MAX_SECONDS = 90.0
"""Wall time of a child."""

MAX_FILE_BYTES = 120_000_000
"""Bytes of a file that a child makes."""

MAX_ANSWER_BYTES = MAX_FILE_BYTES + 10_000
"""The file and the line before it."""

MAX_KEPT_FILES = 24
MAX_KEPT_BYTES = 120_000_000
"""Memory of all files that are kept, for all visitors; the one that was asked for longest ago goes first."""

MAX_WAITING = 8
"""Files that are made or waited for at once: each holds its network's weights meanwhile."""

WAITING = gettext_noop("Waiting for a turn")
STEPS = (
    gettext_noop("Starting; this takes some seconds"),
    gettext_noop("Building the network"),
    gettext_noop("Writing the file"),
)
"""What a child does, step by step."""

FAILED = gettext_noop(
    "The {ending} file could not be made. Try again in a minute, or export the network as a .safetensors file."
)


@dataclass(frozen=True, eq=False)
class ExportedNetwork:
    """A network that is to be exported.

    Attributes:
        network: The network, with its card where it has one.
        title: How it is called on screen; names the file and the network in it.
        plan: How it was trained; None where that is not known.
    """

    network: Network
    title: str
    plan: TrainingPlan | None = None

    @property
    def file_name(self) -> str:
        """Name of the file without its ending, and of the network in it."""
        return make_file_name(self.title)

    def name_file(self, form: ExportForm) -> str:
        """Return the name of the file in a form."""
        return f"{self.file_name}{form.ending}"


class Exporter:
    """Make files and keep those that took a child process, by their content."""

    def __init__(self, most_files: int = MAX_KEPT_FILES, most_bytes: int = MAX_KEPT_BYTES) -> None:
        self._most_files, self._most_bytes = most_files, most_bytes
        self._lock = Lock()
        self._kept = OrderedDict[str, bytes]()
        self._tasks: dict[str, BackgroundTask[str]] = {}
        self._hashes = WeakKeyDictionary[Network, str]()

    def has(self, form: ExportForm, exported: ExportedNetwork) -> bool:
        """Return whether the file can be had at once."""
        return not form.worker or self._get_kept(self.identify(form, exported)) is not None

    def start(self, form: ExportForm, exported: ExportedNetwork) -> BackgroundTask[str]:
        """Begin to make a file beside the page; whoever asks for the same meanwhile gets the same task.

        Raises:
            Refusal: If too many others wait.
        """
        key = self.identify(form, exported)
        with self._lock:
            self._tasks = {key: task for key, task in self._tasks.items() if not task.status.done}
            if key in self._tasks:
                return self._tasks[key]
            if len(self._tasks) >= MAX_WAITING:
                raise Refusal(child_process.EXPORTS.refusal)
            task = self._tasks[key] = BackgroundTask(partial(self._make_kept, key, form, exported))
        return task.start()

    def make(self, form: ExportForm, exported: ExportedNetwork) -> bytes:
        """Return the file, the kept one if there is one. Raises `Refusal` if it cannot be made."""
        if not form.worker:
            return WRITERS[form.name](exported)
        key = self.identify(form, exported)
        found = self._get_kept(key)
        return self._make(key, form, exported, ignore_progress) if found is None else found

    def identify(self, form: ExportForm, exported: ExportedNetwork) -> str:
        """Return the hash of everything that makes the file of a form."""
        plan = None if exported.plan is None else exported.plan.to_json()
        told = [form.name, exported.title, plan, self._hash(exported.network)]
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()

    def _hash(self, network: Network) -> str:
        """Return the hash of a network's content, which is computed once."""
        found = self._hashes.get(network)
        if found is None:
            content = hashlib.sha256(json.dumps(network.architecture.to_json()).encode())
            content.update(json.dumps(None if network.card is None else network.card.to_json()).encode())
            for layer, arrays in network.weights.items():
                for name, array in arrays.items():
                    content.update(f"{layer}/{name}".encode())
                    content.update(array.data)
            found = self._hashes[network] = content.hexdigest()
        return found

    def _make_kept(self, key: str, form: ExportForm, exported: ExportedNetwork, progress: Progress) -> str:
        if self._get_kept(key) is None:
            self._make(key, form, exported, progress)
        return key

    def _make(self, key: str, form: ExportForm, exported: ExportedNetwork, progress: Progress) -> bytes:
        data = _ask(form, exported, progress)
        with self._lock:
            self._kept[key] = data
            self._kept.move_to_end(key)
            while len(self._kept) > self._most_files or sum(map(len, self._kept.values())) > self._most_bytes:
                self._kept.popitem(last=False)
        return data

    def _get_kept(self, key: str) -> bytes | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)


EXPORTER = Exporter()
"""That of this process: a file of a network of the app is made once for all visitors."""


def write_safetensors(exported: ExportedNetwork) -> bytes:
    """Return the network with title and card as a safetensors file."""
    return network_file.write(exported.network, exported.title, exported.file_name)


def write_program(exported: ExportedNetwork) -> bytes:
    """Return the Keras program that trains the same network, or builds it where the plan is not known."""
    architecture, plan = exported.network.architecture, exported.plan
    if plan is None:
        return keras_source.write_model_script(architecture, exported.file_name).encode()
    return keras_source.write_script(architecture, plan).encode()


WRITERS: dict[str, Callable[[ExportedNetwork], bytes]] = {
    SAFETENSORS.name: write_safetensors,
    PROGRAM.name: write_program,
}
"""Name of a form that is made at once -> what makes it."""


def _ask(form: ExportForm, exported: ExportedNetwork, progress: Progress) -> bytes:
    """Have a child make a file. Raises `Refusal` if it cannot."""
    progress(0.0, WAITING)
    try:
        answer = child_process.ask(
            form.worker,
            json.dumps({"form": form.name}).encode() + b"\n" + write_safetensors(exported),
            seconds=MAX_SECONDS,
            answer_bytes=MAX_ANSWER_BYTES,
            queue=child_process.EXPORTS,
            on_step=partial(_tell, progress),
        )
        header, _, data = answer.partition(b"\n")
        refused = json.loads(header).get("refusal")
    except Refusal:
        raise
    except (child_process.WorkerError, ValueError, AttributeError) as error:
        raise Refusal(FAILED, ending=form.ending) from error
    if refused is not None:
        raise Refusal.from_json(refused)
    return data


def _tell(progress: Progress, step: int) -> None:
    progress(step / (len(STEPS) + 1), STEPS[min(step, len(STEPS)) - 1])
