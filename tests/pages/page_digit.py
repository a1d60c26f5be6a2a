"""The digit of a page: what its network reads."""

from __future__ import annotations

import numpy as np
from streamlit.testing.v1 import AppTest

from cnnviz.core.drawing import preprocessing
from cnnviz.core.inference.subject import prepare_digit


def get_digit(app: AppTest) -> np.ndarray:
    """Return the page's subject, prepared with every step: (28, 28) float32 in [0, 1]."""
    return prepare_digit(app.session_state["subject"], frozenset(preprocessing.STEPS))
