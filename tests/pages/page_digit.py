"""The digit of a page, which its network reads, and what is said of it."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from streamlit.testing.v1 import AppTest

from cnnviz.core.drawing import preprocessing
from cnnviz.core.inference.subject import prepare_digit


def get_digit(app: AppTest) -> np.ndarray:
    """Return the page's subject, prepared with every step: (28, 28) float32 in [0, 1]."""
    return prepare_digit(app.session_state["subject"], frozenset(preprocessing.STEPS))


def get_sentences(app: AppTest) -> list[dict[str, Any]]:
    """Return what the page's elements `sentence` were given."""
    protos = (each.proto for each in app.get("bidi_component"))
    return [json.loads(each.json)[0] for each in protos if each.component_name.endswith("/sentence")]


def read_sentence(element: Any) -> list[str]:
    """Return the text of an element that is a `sentence`; none of any other."""
    name = getattr(getattr(element, "proto", None), "component_name", "")
    return [str(json.loads(element.proto.json)[0]["text"])] if name.endswith("/sentence") else []


def get_words(app: AppTest) -> list[str]:
    """Return the texts of the page's elements `sentence`."""
    return [str(data["text"]) for data in get_sentences(app)]
