"""Settings of the Dask executor, and its refusals."""

from __future__ import annotations

import os
from typing import Any

from cnnviz.core.errors import Refusal

TLS_VARIABLES = {
    "tls_ca_file": "CNNVIZ_TLS_CA",
    "tls_client_cert": "CNNVIZ_TLS_CERT",
    "tls_client_key": "CNNVIZ_TLS_KEY",
}
"""Environment variables of the certificate files, by the argument of Dask's `Security`."""


def load_security(address: str) -> Any:
    """Return Dask's `Security` for a tls:// address, None for tcp://.

    Raises:
        Refusal: If the address has another scheme, or certificate files are missing.
    """
    if address.startswith("tcp://"):
        return None
    if not address.startswith("tls://"):
        raise Refusal(
            "`CNNVIZ_CLUSTER` must begin with tcp:// or tls://. Received: {address}. Correct the setting and start "
            "the app again.",
            address=address,
        )
    from distributed import Security

    files = {argument: os.environ.get(name) for argument, name in TLS_VARIABLES.items()}
    missing = [TLS_VARIABLES[argument] for argument, path in files.items() if not path]
    if missing:
        raise Refusal(
            "A tls:// cluster needs certificate files. Received: none in {names}. Set them and start the app again.",
            names=", ".join(missing),
        )
    return Security(require_encryption=True, **files)  # type: ignore[no-untyped-call]


def unreachable() -> Refusal:
    """Explain that there is no connection to the cluster."""
    return Refusal(
        "The cluster that trains cannot be reached at this moment. It is tried again every few seconds. Please try "
        "again later, or tell whoever runs this server."
    )


def no_workers(unprepared: int) -> Refusal:
    """Explain that no worker can train; `unprepared` of them run without our preload."""
    return Refusal(
        "No worker of the cluster can train. Received: {strangers} workers without "
        "`--preload cnnviz.workers.entry.dask_preload`. Start one: python -m dask worker ADDRESS "
        "--preload cnnviz.workers.entry.dask_preload",
        strangers=unprepared,
    )


def unprepared_worker() -> Refusal:
    """Explain that the job got to a worker without our preload."""
    return Refusal(
        "The worker that got this training cannot train: it was started without "
        "`--preload cnnviz.workers.entry.dask_preload`. Please try again; whoever runs the cluster can "
        "start it with that option."
    )
