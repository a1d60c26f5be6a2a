"""Streamlit's command line, serving an app with a bug: one network cannot be computed."""

from __future__ import annotations

import sys
from pathlib import Path

MISTAKEN = "cnn-32-64-64"


def main() -> None:
    sys.path[0] = str(Path.cwd())  # as `python -m streamlit` has it
    from streamlit.web.cli import main as streamlit

    from cnnviz.core.inference import trace as tracing

    sound = tracing.trace

    def trace(network, digit):
        if network.name == MISTAKEN:
            raise ZeroDivisionError("a mistake in the app, with a secret: /srv/secret")
        return sound(network, digit)

    tracing.trace = trace
    streamlit(prog_name="streamlit")


if __name__ == "__main__":
    main()
