"""The digits on which training is measured."""

from __future__ import annotations

from cnnviz.core.data import datasets


def need_mnist() -> None:
    """Exit if MNIST is missing: figures of fewer digits would mean something else."""
    found = datasets.load(allow_download=False).name
    if found != datasets.MNIST:
        raise SystemExit(
            f"This benchmark needs MNIST. Received: {found}. Name its file in CNNVIZ_MNIST, or let Keras fetch it."
        )
