"""A visitor without a browser: one session over Streamlit's own websocket, drawing on the live pad."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

FINISHED_WELL = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)


@dataclass
class Answer:
    """Everything that one script run sent.

    Attributes:
        seconds: from the request to the message that says that the run is over.
        messages: in the order in which they came, as (what, bytes on the wire).
        digit: text of the container `predicted-digit`, empty if it is not there.
        shares: the ten probabilities, empty if they are not there.
        ack: running number of the last pad message that the page has seen.
        error: what went wrong, empty if nothing did.
    """

    seconds: float = 0.0
    messages: list[tuple[str, int]] = field(default_factory=list)
    digit: str = ""
    shares: Sequence[float] = ()
    ack: int = -1
    error: str = ""

    @property
    def bytes(self) -> int:
        return sum(size for _, size in self.messages)


class Session:
    """One visitor; what the browser keeps between two runs is kept here as well."""

    def __init__(self, socket: websockets.ClientConnection) -> None:
        self.socket = socket
        self.pad = ""
        self.fragment = ""
        self.page_hash = ""
        self.task = ""
        self.revision = 0
        self.seq = 0
        self.kept: dict[str, ForwardMsg] = {}
        self.place: tuple[int, ...] = ()

    @classmethod
    async def opened(cls, address: str, patience: float) -> tuple[Session, Answer]:
        """Connect as a new visitor and wait for the first complete page."""
        url = address.replace("http://", "ws://") + "/_stcore/stream"
        socket = await websockets.connect(url, subprotocols=["streamlit"], max_size=None, compression=None)  # type: ignore[list-item]
        session = cls(socket)
        return session, await session._run(BackMsg(rerun_script=ClientState()), patience)

    async def draw(self, strokes: Sequence[Sequence[float]], patience: float, down: bool = False) -> Answer:
        """Send what the pad sends when the pen is lifted, or while it is `down`, and wait for the answer."""
        self.seq += 1
        said = {
            "revision": self.revision,
            "seq": self.seq,
            "down": down,
            "brush": strokes[-1][0],
            "read": "" if down else self.task,
            "strokes": [list(stroke) for stroke in strokes],
        }
        request = BackMsg()
        client = request.rerun_script
        client.page_script_hash = self.page_hash
        client.fragment_id = self.fragment
        client.cached_message_hashes.extend(self.kept)
        client.widget_states.widgets.add(id=self.pad, json_value=json.dumps({"strokes": said}))
        answer = await self._run(request, patience)
        if not answer.error and answer.ack != self.seq:
            answer.error = f"the pad was not answered: {answer.ack} instead of {self.seq}"
        return answer

    async def close(self) -> None:
        await self.socket.close()

    async def _run(self, request: BackMsg, patience: float) -> Answer:
        answer = Answer()
        start = time.perf_counter()
        try:
            await self.socket.send(request.SerializeToString())
            async with asyncio.timeout(patience):
                while not await self._one(answer):
                    pass
        except TimeoutError:
            answer.error = f"no answer within {patience:g} s"
        except websockets.ConnectionClosed as reason:
            answer.error = f"the connection was closed: {reason}"
        answer.seconds = time.perf_counter() - start
        return answer

    async def _one(self, answer: Answer) -> bool:
        """Read one message into `answer`; return whether the run is over."""
        raw = await self.socket.recv(decode=False)
        message = ForwardMsg.FromString(raw)
        what = message.WhichOneof("type") or ""
        if what == "ref_hash":
            metadata = message.metadata
            message = ForwardMsg.FromString(self.kept[message.ref_hash].SerializeToString())
            message.metadata.delta_path[:] = metadata.delta_path
            what = "repeated"
        elif message.metadata.cacheable:
            self.kept[message.hash] = message
        if message.WhichOneof("type") == "delta":
            what += " " + self._delta(message, answer)
        elif what == "new_session":
            self.page_hash = message.new_session.page_script_hash
        elif what == "script_finished" and message.script_finished not in FINISHED_WELL:
            answer.error = ForwardMsg.ScriptFinishedStatus.Name(message.script_finished)
        answer.messages.append((what, len(raw)))
        return what == "script_finished"

    def _delta(self, message: ForwardMsg, answer: Answer) -> str:
        """Store the content of a delta, and return its kind."""
        delta, path = message.delta, tuple(message.metadata.delta_path)
        if delta.WhichOneof("type") == "add_block":
            if "predicted-digit" in str(delta.add_block):
                self.place = path
            return f"block {delta.add_block.WhichOneof('type')}"
        element = delta.new_element
        kind = element.WhichOneof("type") or ""
        if kind == "exception" or (kind == "alert" and element.alert.format == element.alert.ERROR):
            answer.error = str(element)[:300]
        if kind == "markdown" and self.place and path[: len(self.place)] == self.place:
            answer.digit = element.markdown.body.strip()
        if kind == "bidi_component":
            return self._component(element.bidi_component, delta.fragment_id, answer)
        return kind

    def _component(self, component: Any, fragment: str, answer: Answer) -> str:
        name = component.component_name.rpartition("/")[2]
        if name == "pad":
            (data,) = json.loads(component.json)
            self.pad, self.fragment = component.id, fragment
            self.revision, answer.ack = data["revision"], data["ack"]
            self.task = (data["live"] or {}).get("name", "")  # a browser reads the stroke itself
        elif name == "bars":
            (data,) = json.loads(component.json)
            answer.shares = data["values"] or ()
        elif name == "relay":
            self._relayed(component.bytes, answer)
        return f"component {name}"

    def _relayed(self, data: bytes, answer: Answer) -> None:
        """Read what is brought to elements that are on the page already."""
        header = json.loads(data[4 : 4 + int.from_bytes(data[:4], "little")])
        answer.digit = header["texts"].get("predicted-digit", answer.digit)
        for item in header["items"]:
            if item["key"] == "answer":
                answer.shares = item["data"][0]["values"] or ()
