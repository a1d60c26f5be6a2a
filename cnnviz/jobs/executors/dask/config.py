"""What the cluster refuses, and how it is reached."""

from __future__ import annotations

import os
from typing import Any

from cnnviz.core.errors import Refusal

TLS = {
    "tls_ca_file": "CNNVIZ_TLS_CA",
    "tls_client_cert": "CNNVIZ_TLS_CERT",
    "tls_client_key": "CNNVIZ_TLS_KEY",
}


def security(address: str) -> Any:
    """Dask's `Security` for a tls:// address, None for tcp://. Raises `Refusal` for another one or missing files."""
    if address.startswith("tcp://"):
        return None
    if not address.startswith("tls://"):
        raise Refusal(
            "`CNNVIZ_CLUSTER` must begin with tcp:// or tls://. Received: {address}. Mend the setting and start the "
            "app again.",
            address=address,
        )
    from distributed import Security

    files = {argument: os.environ.get(name) for argument, name in TLS.items()}
    missing = [TLS[argument] for argument, path in files.items() if not path]
    if missing:
        raise Refusal(
            "A tls:// cluster needs certificate files. Received: none in {names}. Set them and start the app again.",
            names=", ".join(missing),
        )
    return Security(require_encryption=True, **files)  # type: ignore[no-untyped-call]


def unreachable() -> Refusal:
    return Refusal(
        "The cluster that trains cannot be reached at this moment. It is tried again every few seconds. Please try "
        "again later, or tell whoever runs this server."
    )


def empty(strangers: int) -> Refusal:
    """`strangers`: workers that run without our preload."""
    return Refusal(
        "No worker of the cluster can train. Received: {strangers} workers without "
        "`--preload cnnviz.workers.entry.dask_preload`. Start one: python -m dask worker ADDRESS "
        "--preload cnnviz.workers.entry.dask_preload",
        strangers=strangers,
    )


def stranger() -> Refusal:
    return Refusal(
        "The worker that got this training cannot train: it was started without "
        "`--preload cnnviz.workers.entry.dask_preload`. Please try again; whoever runs the cluster can "
        "start it with that option."
    )
