"""Stand between Playwright and a Firefox that lacks a command of its protocol, WebDriver BiDi.

Playwright drives the Firefox of a distribution by WebDriver BiDi (its channel `moz-firefox`). It sets a colour scheme
for every new context, which Firefox ESR 153 cannot, and gives up. This program starts Firefox in its place, passes
everything on, and answers `LACKING` itself. It can go once Debian's Firefox has the command.

    python tests/browser/bidi_gate.py FIREFOX ARGUMENTS...
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from contextlib import suppress

from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

LACKING = frozenset({"emulation.setMediaFeaturesOverride"})
"""Commands that are answered here and change nothing: tests of colour schemes are Chromium's."""

LISTENING = re.compile(r"(WebDriver BiDi listening on )(ws://\S+)")
"""What Firefox prints once it takes commands; Playwright reads the address from it."""


def answer(message: str | bytes) -> str | None:
    """Return the answer to a command that Firefox lacks, None for what Firefox answers."""
    command = json.loads(message)
    if command.get("method") not in LACKING:
        return None
    return json.dumps({"type": "success", "id": command["id"], "result": {}})


async def pass_on(playwright: ServerConnection, address: str) -> None:
    """Pass messages both ways until either end closes."""
    path = playwright.request.path if playwright.request else ""
    async with connect(address + path, max_size=None, compression=None, proxy=None) as firefox:

        async def bring_back() -> None:
            async for message in firefox:
                await playwright.send(message)
            await playwright.close()

        returning = asyncio.create_task(bring_back())
        async for message in playwright:
            said = answer(message)
            await (firefox.send(message) if said is None else playwright.send(said))
        returning.cancel()


async def run(command: list[str]) -> int:
    """Start Firefox, stand before it until it ends, and return its exit code."""
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
    assert process.stderr is not None
    address = ""

    async def enter(playwright: ServerConnection) -> None:
        with suppress(ConnectionClosed):
            await pass_on(playwright, address)

    async with serve(enter, "127.0.0.1", 0, max_size=None, compression=None) as gate:
        port = next(iter(gate.sockets)).getsockname()[1]
        while line := (await process.stderr.readline()).decode(errors="replace"):
            if told := LISTENING.search(line):
                address = told[2]
                line = f"{told[1]}ws://127.0.0.1:{port}\n"
            print(line, end="", file=sys.stderr, flush=True)
        return await process.wait()


if __name__ == "__main__":
    sys.exit(asyncio.run(run(sys.argv[1:])))
