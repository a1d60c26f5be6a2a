"""Fields of all pages: the language, the network, what is drawn and how, the colours of maps."""

from __future__ import annotations

from cnnviz.core.data import colour_digits
from cnnviz.core.drawing.preprocessing import STEPS
from cnnviz.core.drawing.strokes import Drawing
from cnnviz.core.networks import model_store
from cnnviz.ui.i18n import ENGLISH, LANGUAGE_KEY, gettext_noop, list_languages
from cnnviz.ui.shell.fields.field import SWITCH, Codec, Field, one_of

BRUSH = 20
"""Usual width of the brush, in canvas pixels."""


ESSENTIALS, EVERYTHING = "essentials", "everything"
"""How much is shown: what everybody needs, or also what experts look for."""


def step_key(step: str) -> str:
    """Return the key of the switch of one preparation step."""
    return f"step-{step}"


def _read_colour(text: str) -> str:
    colour_digits.parse_hex(f"#{text}")
    return f"#{text.lower()}"


COLOUR = Codec(lambda colour: str(colour).removeprefix("#"), _read_colour)
"""A colour such as "#1d4ed8", spelled without its #."""

FIELDS = (
    # choices
    Field("network", model_store.DEFAULT, "net"),  # which there are depends on the visitor: see `shell.url`
    Field(
        "surface",
        "pad",
        "surface",
        options={"pad": gettext_noop("Live pad"), "canvas": gettext_noop("Editor")},
    ),
    Field(
        "colour_range",  # the values over which one colour scale is stretched
        "layer",
        "range",
        options={
            "map": gettext_noop("each map"),
            "layer": gettext_noop("each layer"),
            "network": gettext_noop("whole network"),
        },
    ),
    Field(
        "palette",  # all of them can be read with any kind of colour vision, and print
        "viridis",
        "colours",
        options={
            "viridis": gettext_noop("Viridis"),
            "cividis": gettext_noop("Cividis"),
            "magma": gettext_noop("Magma"),
            "grey": gettext_noop("Grey"),
        },
    ),
    Field(
        "layers_view",  # of Layers, but links to any page carry it
        "maps",
        "view",
        options={
            "maps": gettext_noop("maps"),
            "diagram": gettext_noop("diagram"),
            "summary": gettext_noop("summary"),
            "program": gettext_noop("program"),
        },
    ),
    Field(
        "detail",  # how much is shown: see `session.shows`
        ESSENTIALS,
        "show",
        options={ESSENTIALS: gettext_noop("Essentials"), EVERYTHING: gettext_noop("Everything")},
    ),
    Field("presenting", False, "present", SWITCH),  # whether the page is read from the third row
    Field(LANGUAGE_KEY, ENGLISH, "lang", Codec(str, lambda text: one_of(list_languages()).decode(text))),
    Field("ink", colour_digits.INK, "ink", COLOUR),  # for networks that read colour
    Field("paper", colour_digits.PAPER, "paper", COLOUR),
    Field(
        "read_as",  # how a picture is read by networks that may want the whole of it
        "auto",
        "as",
        options={
            "auto": gettext_noop("as suits the network"),
            "digit": gettext_noop("A digit"),
            "middle": gettext_noop("Its middle"),
            "all": gettext_noop("All of it"),
        },
    ),
    Field("tool", "freedraw", options={"freedraw": gettext_noop("Pen"), "line": gettext_noop("Line")}),
    Field("brush", BRUSH),
    *(Field(step_key(step), True) for step in STEPS),  # links carry them together; see `shell.url`
    # what is drawn
    Field("subject", None),  # an InputSource; None until the first page has chosen a digit to start with
    Field("fitting", ""),  # what `read_as` means for the chosen network: see `networks.settle_fitting`
    Field("revision", 0),  # grows when the drawing is changed by anything but the surface itself
    Field("start", Drawing()),  # the drawing as it was when `revision` last grew
    Field("drawn", None),  # the newest drawing of a surface as a link keeps it, and with all points of the pen
    Field("replaced", None),  # the InputSource that the first stroke on the surface replaced
    Field("pen_down", False),  # whether a stroke is being drawn
    Field("read_in_browser", False),  # whether the browser has read exactly this drawing itself; see `prediction.live`
    Field("answers", ()),  # the last answers, the newest first; see `prediction.history`
    Field("announced", (0, "", "")),  # number, text and cause of what was last told to those who hear the page
    Field("edited", None),  # the Drawing that the editor last reported since then
    Field("editor_colours", None),  # ink and paper of the editor as it was last made
    Field("effects", {}),  # what each preparation switch does to the answer, as of the last time the pen was up
    Field("sheet", 0),  # which draw of test digits is on offer
    Field("upload", None),  # the Picture that was read of the last upload, or the Refusal that it got
    Field("opened", None),  # the InputSource of the last upload as it is turned, cut and read; see `input.upload_panel`
    Field("uploads", 0),  # how many files were opened; the widgets about a picture are made anew for each
    Field("held_back", 0),  # how many files the browser did not send; the uploader is made anew after each
    Field("upload_key", ""),  # the key under which the upload is kept for a reload; see `input.kept_uploads`
    # the visitor's own network
    Field("network_reading", None),  # the task that reads a file; see `prediction.own_network`
    Field("network_opened", None),  # the name of the network that was read last, or the Refusal of its file
    Field("network_files", 0),  # files that were read: each has an uploader of its own
    Field("network_export", None),  # what the visitor is taking out; see `prediction.network_export`
    # the page shell
    Field("page", ""),
    Field("explained", {}),  # term -> the message or place that explains it on the page; see `shell.terms`
    Field("followers", frozenset()),  # what on the page follows the drawing; see `components.followers`
    Field("settled_digit", ""),  # the digit that the page last ran for as a whole; see `shell.pen_up`
    Field("editions", {}),  # choice -> how often code, and not the visitor, has changed it
    Field("query", ""),  # the link of the view as it was last put into the address bar
    Field("query_written", 0),  # when it last changed, milliseconds since 1970; see `components.address`
    Field("notices", ()),  # what could not be given to a link or a click, as (template, values)
    Field("noticed", None),  # when they were first shown, monotonic seconds; None: not yet
    Field("upwards", 0),  # how often a click changed something above it; see `components.top`
    Field("last_touch", -1e9),  # when this session last renewed its visitor's leases, monotonic seconds
    Field("visitor", ""),  # the token under which this browser's runs are kept; see `shell.visitor`
)
