"""The question that an explanation answers: why this class, and not that one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnnviz.core.errors import Refusal
from cnnviz.core.networks.architecture import CLASSES


@dataclass(frozen=True)
class Contrast:
    """The number that explanations take apart: the logit of one class, or how far it lies above that of another.

    Logits and not shares, because a share of nearly 1 hardly changes whatever happens to the digit.

    Attributes:
        target: The class that is spoken for, from 0.
        against: The class that is spoken against, another one; None for the logit of `target` alone.
        classes: Number of classes of the network.

    Raises:
        Refusal: If the two are the same, or no classes.
    """

    target: int
    against: int | None = None
    classes: int = CLASSES

    def __post_init__(self) -> None:
        chosen = [self.target, *([] if self.against is None else [self.against])]
        if any(not 0 <= each < self.classes for each in chosen) or len(set(chosen)) != len(chosen):
            raise Refusal(
                "The classes of an explanation must be two different ones of {classes}. Received: {target} and "
                "{against}. Choose another one.",
                classes=self.classes,
                target=self.target,
                against=self.against,
            )

    @property
    def weighting(self) -> np.ndarray:
        """(classes,) float32: the weight of each logit in the number."""
        weights = np.zeros(self.classes, np.float32)
        weights[self.target] = 1
        if self.against is not None:
            weights[self.against] = -1
        return weights

    def measure(self, logits: np.ndarray) -> np.ndarray:
        """Return the number for logits (..., classes): (...,) of their dtype."""
        found: np.ndarray = logits[..., self.target]
        return found if self.against is None else found - logits[..., self.against]


def find_rival(logits: np.ndarray, target: int) -> int:
    """Return the class with the largest of ten logits beside `target`."""
    return next(int(each) for each in np.argsort(-logits, kind="stable") if each != target)
