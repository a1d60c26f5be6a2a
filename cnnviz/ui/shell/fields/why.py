"""Fields of the section “Why this answer”, which stands on Draw and on Layers: what is explained, and how."""

from __future__ import annotations

from cnnviz.core.explanations.methods import METHODS
from cnnviz.core.networks.architecture import CLASSES
from cnnviz.ui.i18n import gettext_noop
from cnnviz.ui.shell.fields.field import LAYER_NAME, SWITCH, Field, one_of

ANSWER, NEXT, NOTHING = "answer", "next", "nothing"
DIGITS = tuple(map(str, range(CLASSES)))

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
    Field("why_target", ANSWER, "for", one_of((ANSWER, *DIGITS))),
    Field("why_against", NEXT, "against", one_of((NEXT, NOTHING, *DIGITS))),
    # the convolution of Grad-CAM; "": the last; one that the network lacks: likewise
    Field("why_layer", "", "maps-of", LAYER_NAME),
)
