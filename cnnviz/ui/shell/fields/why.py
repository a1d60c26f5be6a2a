"""Fields of the section “Why this answer”, which stands on Draw and on Layers: what is explained, and how."""

from __future__ import annotations

from cnnviz.core.explanations.methods import METHODS
from cnnviz.core.networks.architecture import MAX_CLASSES
from cnnviz.ui.i18n import gettext_noop
from cnnviz.ui.shell.fields.field import LAYER_NAME, SWITCH, Codec, Field, one_of, whole

ANSWER, NEXT, NOTHING = "answer", "next", "nothing"


def _class_or(*words: str) -> Codec:
    """Return the codec of some words and numbers of classes, which depend on the network: `why.question` reads them."""
    numbers = whole(0, MAX_CLASSES - 1)
    return Codec(str, lambda text: str(numbers.decode(text)) if text.isdecimal() else one_of(words).decode(text))


LABELS = (
    gettext_noop("Occlusion"),
    gettext_noop("Saliency"),
    gettext_noop("SmoothGrad"),
    gettext_noop("Integrated gradients"),
    gettext_noop("Grad-CAM"),
)

FIELDS = (
    Field("why_open", False, "why", SWITCH),
    Field("why_method", METHODS[0], "how", options=dict(zip(METHODS, LABELS, strict=True))),
    Field("why_target", ANSWER, "for", _class_or(ANSWER)),
    Field("why_against", NEXT, "against", _class_or(NEXT, NOTHING)),
    # the convolution of Grad-CAM; "": the last; one that the network lacks: likewise
    Field("why_layer", "", "maps-of", LAYER_NAME),
)
