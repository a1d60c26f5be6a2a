"""Read many files as uploads are read, in children that are forked: hundreds of files a second instead of one.

The server imports what the reading child imports, once. For each batch it forks; the fork limits itself as the child
does and answers file after file. A file that kills its fork, or takes longer than the child may, is one answer without
content; the rest of the batch goes to the next fork.
"""

from __future__ import annotations

import io
import json
import os
import select
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import IO, Any

from cnnviz.jobs.sandbox.model_upload import MAX_SECONDS

LENGTH = struct.Struct("<Q")


@dataclass(frozen=True)
class Answer:
    """The answer to one file: `content` is b"" if its fork was stopped; `peak` is the fork's memory in bytes."""

    content: bytes
    seconds: float
    peak: int

    @property
    def header(self) -> dict[str, Any]:
        header: dict[str, Any] = json.loads(self.content.partition(b"\n")[0])
        return header


def request(data: bytes, name: str = "net.keras", architecture: Any = None, card: bytes = b"") -> bytes:
    """Return a request as `model_upload` makes it."""
    line = json.dumps({"name": name, "card": len(card), "architecture": architecture}).encode()
    return b"".join((line, b"\n", card, data))


class ForkedReader:
    """A server in a process of its own; a context manager that ends it.

    `cpu_seconds` is the processor time of a batch; the library for HDF5 loops for ever on some damaged files.
    """

    def __init__(self, cpu_seconds: int = 8) -> None:
        self.cpu_seconds = cpu_seconds

    def __enter__(self) -> ForkedReader:
        self.process = subprocess.Popen(
            [sys.executable, "-m", __name__, str(self.cpu_seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.close()
        self.process.wait(timeout=20)
        self.process.stdout.close()

    def read(self, *requests: bytes) -> list[Answer]:
        """Send a batch; return an answer for each."""
        to, from_ = self.process.stdin, self.process.stdout
        assert to
        assert from_
        write(to, json.dumps([len(each) for each in requests]).encode())
        for each in requests:
            to.write(each)
        to.flush()
        found = []
        for _ in requests:
            facts = json.loads(receive(from_))
            found.append(Answer(receive(from_), facts["seconds"], facts["peak"]))
        return found


def write(file: IO[bytes], content: bytes) -> None:
    file.write(LENGTH.pack(len(content)) + content)
    file.flush()


def receive(file: IO[bytes]) -> bytes:
    return file.read(LENGTH.unpack(file.read(LENGTH.size))[0])


def serve() -> None:
    """Answer batches until standard input ends."""
    from cnnviz.workers.entry import read_model  # h5py: once, before the first fork

    del read_model
    out = os.fdopen(os.dup(1), "wb")
    while begins := sys.stdin.buffer.read(LENGTH.size):
        lengths = json.loads(sys.stdin.buffer.read(LENGTH.unpack(begins)[0]))
        requests = [sys.stdin.buffer.read(length) for length in lengths]
        done = 0
        while done < len(requests):
            for answer in fork(requests[done:]):
                write(out, json.dumps({"seconds": answer.seconds, "peak": answer.peak}).encode())
                write(out, answer.content)
                done += 1


def fork(requests: Sequence[bytes]) -> Iterator[Answer]:
    """Yield the answers of one fork, up to the file that stops it."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        answer_all(requests, writing)
        os._exit(0)
    os.close(writing)
    start = time.monotonic()
    sent, seconds = 0, 0.0
    with os.fdopen(reading, "rb", 0) as pipe:
        while sent < len(requests):
            content = take(pipe, time.monotonic() + MAX_SECONDS)
            seconds, start = time.monotonic() - start, time.monotonic()
            if content is None:
                os.kill(child, signal.SIGKILL)
                break
            peak = int(content[:12])
            sent += 1
            yield Answer(content[12:], seconds, peak)
    _, _, usage = os.wait4(child, 0)
    if sent < len(requests):
        yield Answer(b"", seconds, usage.ru_maxrss * 1024)


def take(pipe: IO[bytes], deadline: float) -> bytes | None:
    """Return the next message of a fork; None if it ends or is silent until the deadline."""
    needed, content = LENGTH.size, b""
    for _ in range(2):
        content = b""
        while len(content) < needed:
            if not select.select([pipe], [], [], max(0.0, deadline - time.monotonic()))[0]:
                return None
            part = pipe.read(needed - len(content))
            if not part:
                return None
            content += part
        if needed == LENGTH.size and _ == 0:
            needed = LENGTH.unpack(content)[0]
    return content


def answer_all(requests: Sequence[bytes], writing: int) -> None:
    """Read file after file in the fork, within the limits of the reading child."""
    import resource

    from cnnviz.workers.entry import read_model
    from cnnviz.workers.entry.process_limits import limit_this_process

    limit_this_process(read_model.measure_memory() + read_model.MAX_MORE_BYTES, int(sys.argv[1]), read_model.OPEN_FILES)
    with os.fdopen(writing, "wb") as pipe:
        for each in requests:
            answer = io.BytesIO()
            try:
                read_model.run(io.BytesIO(each), answer)
            except MemoryError:
                os._exit(1)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
            pipe.write(LENGTH.pack(12 + answer.tell()) + b"%12d" % peak)
            pipe.write(answer.getbuffer())
            pipe.flush()


if __name__ == "__main__":
    serve()
