"""One-time tuning of a server process, on real sockets of this process."""

import os
import socket
import sys
from pathlib import Path

import pytest

from cnnviz.ui.shell import process_tuning

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="file descriptors cannot be listed on Windows")


def no_delay(connection: socket.socket) -> bool:
    return bool(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def test_connections_accepted_later_do_not_wait(listener):
    process_tuning.send_at_once()
    with socket.create_connection(listener.getsockname()) as client:
        accepted, _ = listener.accept()
        with accepted:
            assert no_delay(accepted)
            assert not no_delay(client)


def test_connections_that_are_there_already_do_not_wait(listener):
    with socket.create_connection(listener.getsockname()) as client:
        accepted, _ = listener.accept()
        with accepted:
            assert not no_delay(accepted)
            assert process_tuning.send_at_once() >= 3
            assert no_delay(accepted)
            assert no_delay(client)


def test_no_descriptor_is_left_open() -> None:
    reading, writing = os.pipe()
    before = len(list(Path("/dev/fd").iterdir()))
    process_tuning.send_at_once()
    assert len(list(Path("/dev/fd").iterdir())) == before
    os.close(writing)
    assert os.read(reading, 1) == b"", "somebody else still holds the writing end"
    os.close(reading)


def test_other_descriptors_are_left_alone_and_open(tmp_path, listener):
    left, right = socket.socketpair()
    with left, right, (tmp_path / "file").open("w") as file:
        process_tuning.send_at_once()
        left.send(b"x")
        assert right.recv(1) == b"x"
        file.write("still open")
    assert listener.fileno() >= 0
