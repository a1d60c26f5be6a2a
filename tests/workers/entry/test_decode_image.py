"""The child process that decodes pictures: its answers, its limits, and how it is started and stopped."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import threading
import time
from dataclasses import replace

import pytest
from PIL import Image

from cnnviz.core.errors import Refusal
from cnnviz.jobs.sandbox import child_process

ANSWER = 5_000_000


def picture() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (6, 5), (1, 2, 3)).save(buffer, "PNG")
    return buffer.getvalue()


def python(code: str, *, timeout: float = 30) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=child_process.PROJECT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def start_instead(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Start this code in place of a worker."""
    pipe = subprocess.PIPE
    monkeypatch.setattr(
        child_process,
        "_start",
        lambda _: subprocess.Popen([sys.executable, "-c", code], stdin=pipe, stdout=pipe),
    )


def test_the_answer_is_a_line_of_json_and_raw_pixels() -> None:
    line, _, pixels = child_process.ask("decode_image", picture(), seconds=10, answer_bytes=ANSWER).partition(b"\n")
    assert json.loads(line) == {"width": 6, "height": 5, "notes": []}
    assert pixels == bytes((1, 2, 3, 255)) * 30


@pytest.mark.parametrize(
    ("data", "answer"),
    [
        (b"", b"{}\n"),
        (b"hello", b"{}\n"),
        (picture()[:-20], b"{}\n"),
        (picture()[:40], b'{"refused_size": [0, 0]}\n'),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", b"{}\n"),
    ],
)
def test_invalid_picture_is_answered_without_pixels(data: bytes, answer: bytes) -> None:
    assert child_process.ask("decode_image", data, seconds=10, answer_bytes=ANSWER) == answer


def test_the_worker_imports_neither_numpy_nor_other_decoders() -> None:
    code = """
import sys
from cnnviz.workers.entry import decode_image
decode_image.decode(bytes.fromhex(%r))
print(*sorted(name for name in sys.modules if name == "numpy" or name.endswith("ImagePlugin")))
"""
    done = python(code % picture().hex())
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.split())
    assert "numpy" not in loaded
    allowed = {"Bmp", "Gif", "Jpeg", "Png", "Ppm", "WebP", "Tiff", "Mpo"}
    assert loaded <= {f"PIL.{name}ImagePlugin" for name in allowed}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no resource limits")
def test_the_worker_limits_its_files_and_processor_time() -> None:
    code = """
import resource
from cnnviz.workers.entry import decode_image
decode_image.main()
for name in ("RLIMIT_CPU", "RLIMIT_NOFILE", "RLIMIT_FSIZE"):
    print(resource.getrlimit(getattr(resource, name))[1])
"""
    assert python(code).stdout.split() == ["{}", "5", "16", "0"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps the limit of memory")
def test_the_worker_cannot_take_more_memory_than_it_was_given() -> None:
    code = """
from cnnviz.workers.entry import decode_image
decode_image.limit_this_process(decode_image.MAX_MEMORY_BYTES, decode_image.MAX_CPU_SECONDS)
try:
    bytearray(decode_image.MAX_MEMORY_BYTES)
except MemoryError:
    print("refused")
"""
    assert python(code).stdout.strip() == "refused"


def test_a_worker_that_does_not_come_to_an_end_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    start_instead("import time; time.sleep(60)", monkeypatch)
    start = time.perf_counter()
    with pytest.raises(child_process.WorkerError):
        child_process.ask("decode_image", bytes(3_000_000), seconds=0.5, answer_bytes=10)
    assert time.perf_counter() - start < 10


def test_a_worker_that_answers_without_end_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    start_instead("import sys\nwhile True: sys.stdout.write('y' * 1000)", monkeypatch)
    start = time.perf_counter()
    with pytest.raises(child_process.WorkerError):
        child_process.ask("decode_image", b"", seconds=60, answer_bytes=10_000)
    assert time.perf_counter() - start < 30


def test_a_worker_that_fails_is_an_overrun(monkeypatch: pytest.MonkeyPatch) -> None:
    start_instead("raise SystemExit(3)", monkeypatch)
    with pytest.raises(child_process.WorkerError, match="code 3"):
        child_process.ask("decode_image", b"", seconds=10, answer_bytes=10)


def test_a_worker_may_answer_before_it_has_read_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    start_instead("print('done')", monkeypatch)
    assert child_process.ask("decode_image", bytes(20_000_000), seconds=20, answer_bytes=10).strip() == b"done"


def test_waiting_too_long_is_refused() -> None:
    queue = replace(child_process.UPLOADS, turns=threading.BoundedSemaphore(1), seconds=0.05)
    with child_process._wait_for_turn(queue), pytest.raises(Refusal, match="try again in a few seconds"):
        child_process.ask("decode_image", picture(), seconds=10, answer_bytes=ANSWER, queue=queue)
    assert child_process.ask("decode_image", picture(), seconds=10, answer_bytes=ANSWER, queue=queue)


def test_a_process_that_cannot_be_started_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "no-such-python")
    with pytest.raises(Refusal, match="try again later"):
        child_process.ask("decode_image", picture(), seconds=10, answer_bytes=ANSWER)


def test_secrets_of_the_server_are_not_handed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_PASSWORD", "secret")
    assert "DATABASE_PASSWORD" not in child_process._build_environment()


def test_no_more_children_than_places_work_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    running, most, lock = 0, 0, threading.Lock()
    started = child_process._start

    def counted(worker: str) -> subprocess.Popen[bytes]:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        child = started(worker)
        wait = child.wait

        def waited(timeout: float | None = None) -> int:
            nonlocal running
            code = wait(timeout)
            with lock:
                running = 0 if running == 0 else running - 1
            child.wait = wait  # type: ignore[method-assign]
            return code

        child.wait = waited  # type: ignore[method-assign]
        return child

    monkeypatch.setattr(child_process, "_start", counted)
    threads = [
        threading.Thread(
            target=child_process.ask, args=("decode_image", picture()), kwargs={"seconds": 20, "answer_bytes": ANSWER}
        )
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 1 <= most <= child_process.MAX_CHILDREN


def test_files_of_one_visitor_leave_a_turn_for_others() -> None:
    """Five networks that take all the time they get, from five tabs, kept everybody's pictures out."""
    queue = child_process.Queue(threading.BoundedSemaphore(2), 60.0, child_process.TOO_MANY_FILES)
    began: list[str] = []
    holding, done = threading.Event(), threading.Event()

    def hold() -> None:
        with child_process._wait_for_turn(queue, "greedy"):
            began.append("greedy")
            holding.set()
            done.wait(60)

    threads = [threading.Thread(target=hold) for _ in range(5)]
    for thread in threads:
        thread.start()
    assert holding.wait(10)
    for whose in ("other", "another", ""):
        with child_process._wait_for_turn(queue, whose):
            began.append(whose)
    done.set()
    for thread in threads:
        thread.join(10)
    assert began == ["greedy", "other", "another", "", *["greedy"] * 4]


def test_a_file_that_waits_too_long_for_another_of_its_visitor_is_refused() -> None:
    queue = replace(child_process.UPLOADS, turns=threading.BoundedSemaphore(2), seconds=0.05)
    with (
        child_process._wait_for_turn(queue, "one"),
        pytest.raises(Refusal, match="Too many files"),
        child_process._wait_for_turn(queue, "one"),
    ):
        pass
    with child_process._wait_for_turn(queue, "one"):
        pass


def test_exports_do_not_keep_uploads_waiting() -> None:
    """Two Keras files at once took both places, for the 15 s that each takes to make."""
    uploads = replace(child_process.UPLOADS, seconds=0.0)
    made: list[bytes] = []
    started, done = threading.Event(), threading.Event()

    def busy() -> None:
        with child_process._wait_for_turn(child_process.EXPORTS):
            started.set()
            done.wait(60)

    def queued() -> None:
        with child_process._wait_for_turn(child_process.EXPORTS):
            made.append(b"")

    threads = [threading.Thread(target=busy), threading.Thread(target=queued)]
    threads[0].start()
    assert started.wait(10)
    threads[1].start()
    assert child_process.ask("decode_image", picture(), seconds=10, answer_bytes=ANSWER, queue=uploads)
    assert made == []  # it waits for the export before it
    done.set()
    for thread in threads:
        thread.join(10)
    assert made == [b""]


def test_export_that_has_waited_too_long_is_refused() -> None:
    exports = replace(child_process.EXPORTS, seconds=0.05)
    with child_process._wait_for_turn(child_process.EXPORTS), pytest.raises(Refusal, match="Keras files too"):
        child_process.ask("export_network", b"", seconds=10, answer_bytes=10, queue=exports)


def test_computation_that_has_waited_for_an_export_is_refused_in_its_own_words() -> None:
    computations = replace(child_process.COMPUTATIONS, seconds=0.05)
    with child_process._wait_for_turn(child_process.EXPORTS), pytest.raises(Refusal, match="Other computations"):
        child_process.ask("find_patches", b"", seconds=10, answer_bytes=10, queue=computations)
