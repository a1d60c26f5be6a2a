"""Words for what is read where it is no digit: a network with other classes, or a picture that is read whole."""

from __future__ import annotations

from collections.abc import Mapping

from cnnviz.core.errors import Refusal
from cnnviz.core.networks.architecture import DIGITS
from cnnviz.ui.i18n import gettext_noop
from cnnviz.ui.shell import networks, session

OF_PICTURES: Mapping[str, str] = {
    "Your digit": gettext_noop("Your picture"),
    "your digit": gettext_noop("your picture"),
    "the digit": gettext_noop("the picture"),
    "The digit": gettext_noop("The picture"),
    "A [[network|convolutional network]] reads what you draw while you draw it. Clear the pad, draw a digit, and watch "
    "the bars.": gettext_noop(
        "A [[network|convolutional network]] reads what you draw while you draw it. Clear the pad, draw something, and "
        "watch the bars."
    ),
    "Draw a digit, and see the words at work.": gettext_noop("Draw something, and see the words at work."),
    "It reads {rows} × {columns} pixels, so the prepared 28 × 28 digit is scaled to {side} × {side} "
    "([[bilinear interpolation|bilinear]]).": gettext_noop(
        "It reads {rows} × {columns} pixels, so the prepared 28 × 28 drawing is scaled to {side} × {side} "
        "([[bilinear interpolation|bilinear]])."
    ),
    "a frame around the digit": gettext_noop("a frame around the drawing"),
    "The picture was read, but no ink was found. Drag a frame around the digit, choose the other ink, or take the "
    "picture again: darker ink, more light, plain paper.": gettext_noop(
        "The picture was read, but no ink was found. Drag a frame around what is drawn, choose the other ink, or take "
        "the picture again: darker ink, more light, plain paper."
    ),
    "Digit to read": gettext_noop("Drawing to read"),
    "A digit": gettext_noop("A drawing"),
    "The digit without each stroke": gettext_noop("The drawing without each stroke"),
    "Row and column are those of the {rows} × {columns} digit that was made of your drawing; the page Draw shows the "
    "steps.": gettext_noop(
        "Row and column are those of the {rows} × {columns} picture that was made of your drawing; the page Draw shows "
        "the steps."
    ),
    "Row and column are those of the {rows} × {columns} digit that was made of the picture; the page Draw shows "
    "it.": gettext_noop(
        "Row and column are those of the {rows} × {columns} picture that was made of yours; the page Draw shows it."
    ),
    "Row and column are those of the {rows} × {columns} digit that the network reads.": gettext_noop(
        "Row and column are those of the {rows} × {columns} picture that the network reads."
    ),
    "Nothing is drawn: this map is what the layer’s biases make of empty paper. Draw a digit at the top of the "
    "page.": gettext_noop(
        "Nothing is drawn: this map is what the layer’s biases make of empty paper. Draw something at the top of the "
        "page."
    ),
    "Paper to draw a digit on": gettext_noop("Paper to draw on"),
    "Draw a digit here": gettext_noop("Draw here"),
    "Nothing drawn yet: draw a digit.": gettext_noop("Nothing drawn yet: draw something."),
    "Nothing is drawn: every sum is the bias. Draw a digit.": gettext_noop(
        "Nothing is drawn: every sum is the bias. Draw something."
    ),
    "Nothing is drawn, so there is no answer to explain. Draw a digit.": gettext_noop(
        "Nothing is drawn, so there is no answer to explain. Draw something."
    ),
    "**Rub out a stroke.** What is read has no strokes: draw a digit to try that.": gettext_noop(
        "**Rub out a stroke.** What is read has no strokes: draw something to try that."
    ),
    "The picture was read, but no ink was found in it. Cut out the digit, choose the other ink, or take it again with "
    "darker ink and more light.": gettext_noop(
        "The picture was read, but no ink was found in it. Cut out what is drawn, choose the other ink, or take it "
        "again with darker ink and more light."
    ),
    "Or open a picture of a digit": gettext_noop("Or open a picture"),
    "PNG, JPEG, WebP, GIF or BMP, one digit on plain paper": gettext_noop("PNG, JPEG, WebP, GIF or BMP"),
    "Drag over the picture to cut out the digit. "
    "With the keyboard: arrow keys move a corner or the frame.": gettext_noop(
        "Drag over the picture to cut a part out. With the keyboard: arrow keys move a corner or the frame."
    ),
    "The way down to the digit": gettext_noop("The way down to the picture"),
    "Bright: all that it can see of the digit ({rows} × {columns} pixels)": gettext_noop(
        "Bright: all that it can see of the picture ({rows} × {columns} pixels)"
    ),
    "It sees nothing of the digit: it is made of padding": gettext_noop(
        "It sees nothing of the picture: it is made of padding"
    ),
    "The digit, shaded where this cell does not see it": gettext_noop(
        "The picture, shaded where this cell does not see it"
    ),
    "On your digit": gettext_noop("On your picture"),
    "The same sum, at every place of your digit. Which numbers stand in the [[kernel]] decides what it sees: edges, "
    "strokes, dots, or nothing.": gettext_noop(
        "The same sum, at every place of your picture. Which numbers stand in the [[kernel]] decides what it sees: "
        "edges, strokes, dots, or nothing."
    ),
    "In the visual cortex, simple cells answer to an edge at one place, complex cells wherever it lies nearby. A "
    "[[convolution]] and [[pooling]] do the same: what the filter finds moves along with the digit, what pooling keeps "
    "of it usually changes less.": gettext_noop(
        "In the visual cortex, simple cells answer to an edge at one place, complex cells wherever it lies nearby. A "
        "[[convolution]] and [[pooling]] do the same: what the filter finds moves along with the picture, what pooling "
        "keeps of it usually changes less."
    ),
    "Map of your digit": gettext_noop("Map of your picture"),
    "Digit moved by 1 pixel": gettext_noop("Picture moved by 1 pixel"),
    "Pooled, digit moved": gettext_noop("Pooled, picture moved"),
    "Its map on your digit": gettext_noop("Its map on your picture"),
    "This filter does not answer to the digit at all, so there is nothing that could move.": gettext_noop(
        "This filter does not answer to the picture at all, so there is nothing that could move."
    ),
    "[[occlusion|Occlusion]]: each cell says how much {what} falls when a patch of {patch} × {patch} pixels there "
    "is covered with paper. {rows} × {columns} places, {stride} pixels apart.": gettext_noop(
        "[[occlusion|Occlusion]]: each cell says how much {what} falls when a patch of {patch} × {patch} pixels there "
        "is covered, a drawing with paper, a photograph with black. {rows} × {columns} places, {stride} pixels apart."
    ),
    "[[smoothgrad|SmoothGrad]]: the mean [[saliency]] of {samples} copies of the digit with noise of {noise:g}: "
    "how fast {what} grows with each pixel. {rows} × {columns} pixels.": gettext_noop(
        "[[smoothgrad|SmoothGrad]]: the mean [[saliency]] of {samples} copies of the picture with noise of {noise:g}: "
        "how fast {what} grows with each pixel. {rows} × {columns} pixels."
    ),
    "[[integrated gradients|Integrated gradients]]: what each pixel adds to {what} on the way from an empty paper "
    "to the digit. {rows} × {columns} pixels, {steps} steps; they add up to {sum} of {difference}.": gettext_noop(
        "[[integrated gradients|Integrated gradients]]: what each pixel adds to {what} on the way from an empty paper, "
        "or black for a photograph, to the picture. {rows} × {columns} pixels, {steps} steps; they add up to {sum} of "
        "{difference}."
    ),
    "Pictures of untrained copies are much like this one ({spread}): it shows the digit more than what was "
    "learned.": gettext_noop(
        "Pictures of untrained copies are much like this one ({spread}): it shows what was read more than what was "
        "learned."
    ),
    "Pictures of untrained copies are somewhat like this one ({spread}): a part of it comes from the digit "
    "alone.": gettext_noop(
        "Pictures of untrained copies are somewhat like this one ({spread}): a part of it comes from what was read "
        "alone."
    ),
}
"""Message about a digit -> the one in its place."""


def are_of_digits() -> bool:
    """Return whether the chosen network answers with digits and reads what is there as one."""
    if session.is_new():
        return True
    try:
        return networks.load_chosen().architecture.classes == DIGITS and not session.subject().is_whole
    except Refusal:
        return True  # what is wrong with the network is said where it is used


def word(message: str) -> str:
    """Return a marked message, or the one that stands in its place where no digit is read."""
    return message if message not in OF_PICTURES or are_of_digits() else OF_PICTURES[message]


def word_all(messages: Mapping[str, str]) -> Mapping[str, str]:
    """Return a table of marked messages, likewise."""
    if are_of_digits():
        return messages
    return {name: OF_PICTURES.get(message, message) for name, message in messages.items()}
