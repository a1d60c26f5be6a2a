"""The data sets that can be looked at, part by part: loaded when asked for, once per process, shared, read-only.

A test part of MNIST is the one that all pages share (`datasets.load_test`, 8 MB); a training part takes 47 MB more,
so it is loaded only for those who look at it, and then stays. The colour digits keep MNIST's grey pictures and colour
those that are shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

import numpy as np

from cnnviz.core.background import BackgroundTask, Progress
from cnnviz.core.data import colour_digits, datasets, labelled_set, mnist_source, published_sets
from cnnviz.core.data.datasets import Dataset
from cnnviz.core.data.emnist.letters import ArchivedLetters
from cnnviz.core.data.labelled_file import KeptSet
from cnnviz.core.data.labelled_set import LabelledSet
from cnnviz.core.data.published_sets import PublishedSet
from cnnviz.core.messages import gettext_noop

MNIST, FASHION, KUZUSHIJI, LETTERS, COLOUR, DIGITS = "mnist", "fashion", "kuzushiji", "letters", "colour", "digits"
NAMES: Mapping[str, str] = MappingProxyType(
    {
        MNIST: gettext_noop("MNIST"),
        FASHION: gettext_noop("Fashion-MNIST"),
        KUZUSHIJI: gettext_noop("Kuzushiji-MNIST"),
        LETTERS: gettext_noop("EMNIST Letters"),
        COLOUR: gettext_noop("Colour digits"),
        DIGITS: gettext_noop("scikit-learn digits"),
    }
)
"""Data set in a link -> its title."""

OWN = "own"
"""Name of a visitor's own set, whichever it is: no link carries one."""

TRAIN, TEST = "train", "test"
TRAIN_SUFFIX = "-train"
"""What follows the name of a data set in a link to one of its training pictures."""

DIGIT_CLASSES = tuple("0123456789")

PIXELS = 28 * 28
"""Pixels, and bytes, of a grey picture."""

Key = tuple[str, str, object]
"""Data set, part, and what MNIST is on this computer, or whether the letters are."""


@dataclass(frozen=True, eq=False)
class PictureSet:
    """One part of a data set.

    Attributes:
        name: What it is: a key of `NAMES`, or `OWN`. `DIGITS` where MNIST was asked for and is not on this computer.
        part: `TRAIN` or `TEST`.
        slug: Name of this part in a link to one of its pictures; colour digits are those of the grey set.
        images: (n, 28, 28) uint8, grey, read-only.
        labels: (n,) uint8, read-only.
        classes: What each label means: messages of the catalogue; of a visitor's own set, the visitor's words.
        colours: (n, 2, 3) uint8, ink and paper of each picture; None for grey ones.
        licence: Licence of the data.
        attribution: Authors and title.
        note: Tells the visitor why this is not what was asked for; empty where it is.
        full: (n, 32, 32, 3) uint8 of a visitor's own pictures in colour, of which `images` are the luminance.
        sizes: Pictures of the training and of the test part, for a visitor's own set.
    """

    name: str
    part: str
    slug: str
    images: np.ndarray = field(repr=False)
    labels: np.ndarray = field(repr=False)
    classes: tuple[str, ...] = DIGIT_CLASSES
    colours: np.ndarray | None = field(default=None, repr=False)
    licence: str = ""
    attribution: str = ""
    note: str = ""
    full: np.ndarray | None = field(default=None, repr=False)
    sizes: tuple[int, int] = (0, 0)

    @property
    def named(self) -> bool:
        """Whether a label is told by the name of its class alone, without its number."""
        return self.name in (OWN, LETTERS)

    def take(self, rows: np.ndarray) -> np.ndarray:
        """Return the pictures of these rows as a network's data has them: (k, 28, 28), or (k, 32, 32, 3), uint8."""
        if self.full is not None:
            chosen: np.ndarray = self.full[rows]
            return chosen
        images: np.ndarray = self.images[rows]
        if self.colours is None:
            return images
        made = np.empty((len(images), *colour_digits.INPUT_SHAPE), np.uint8)
        for target, image, (ink, paper) in zip(made, images, self.colours[rows], strict=True):
            target[:] = np.rint(colour_digits.colour(image / np.float32(255), ink, paper) * 255)
        return made


_tasks: dict[Key, BackgroundTask[PictureSet]] = {}
"""What was asked for since the process began; `setdefault` is one step, so that two visitors share one task."""


def request(name: str, part: str) -> BackgroundTask[PictureSet]:
    """Return the task that loads a part, `TRAIN` or `TEST`, of the data set `name`; started once per process.

    Nothing is downloaded but published sets, which are looked for in Keras's cache first. MNIST's download is that of
    `datasets.TEST_DOWNLOAD`; until it is there the task's result is scikit-learn's digits, with a note.
    """
    return _tasks.setdefault(_key(name, part), BackgroundTask(lambda progress: _load(name, part, progress))).start()


def retry(name: str, part: str) -> None:
    """Forget a task that has failed, so that the next request tries again."""
    task = _tasks.get(_key(name, part))
    if task is not None and task.status.refusal is not None:
        _tasks.pop(_key(name, part), None)


_fetches: dict[str, BackgroundTask[Path]] = {}
"""Archives that are being fetched, or could not be, by the name of the data set; one task for all visitors."""


def find_fetch(name: str) -> BackgroundTask[Path] | None:
    """Return the task that fetches the archive of a data set, running or ended; None if nobody began one."""
    return _fetches.get(name)


def begin_fetch(name: str) -> None:
    """Begin to fetch the archive of the data set `name`, unless that is being done; a failed attempt is forgotten."""
    task = _fetches.get(name)
    if task is None or task.status.done:
        archived = published_sets.SETS[name]
        if isinstance(archived, ArchivedLetters):
            _fetches[name] = BackgroundTask(archived.fetch).start()


def stop_fetch(name: str) -> None:
    """Stop fetching the archive of a data set; what came of it stays for the next attempt."""
    task = _fetches.pop(name, None)
    if task is not None:
        task.stop()


def load(name: str, part: str) -> PictureSet:
    """Load a part at once, from this computer alone or with a download; for links and scripts.

    Raises `Refusal` where it cannot be had.
    """
    status = request(name, part).wait()
    if status.refusal is not None:
        raise status.refusal
    if status.result is None:
        raise RuntimeError("a task has ended without result and refusal")
    return status.result


def from_kept(kept: KeptSet, part: str) -> PictureSet:
    """Return a part of a visitor's own set, as networks read it: 28×28 grey, or 32×32 in colour."""
    rows = slice(0, kept.trained) if part == TRAIN else slice(kept.trained, None)
    pictures, labels = kept.labelled.pictures[rows], kept.labelled.labels[rows]
    grey = labelled_set.fit_pictures(pictures, (28, 28, 1))[..., 0]
    in_colour = kept.labelled.shape[2] == colour_digits.CHANNELS
    return PictureSet(
        OWN,
        part,
        _name_slug(OWN, part),
        grey,
        labels,
        kept.labelled.classes,
        full=labelled_set.fit_pictures(pictures, colour_digits.INPUT_SHAPE) if in_colour else None,
        sizes=(kept.trained, kept.tested),
    )


def join(parts: tuple[PictureSet, PictureSet], classes: tuple[str, ...]) -> KeptSet:
    """Return both parts of a grey data set as a set to be kept, with its test part as it is published.

    Of a training part that is larger than a set may be, the first pictures of each class are taken, equally many.

    Args:
        parts: The training and the test part.
        classes: Names of the classes, in the visitor's language.
    """
    trained, tested = parts
    rows = _select_first(trained.labels, len(classes), labelled_set.MAX_PICTURES - len(tested.labels))
    pictures = np.concatenate([trained.images[rows], tested.images])[..., None]
    labels = np.concatenate([trained.labels[rows], tested.labels])
    return KeptSet(LabelledSet(NAMES[trained.name], pictures, labels, classes), len(tested.labels))


def count_joined(published: PublishedSet | ArchivedLetters) -> tuple[int, int]:
    """Return how many pictures of the training part `join` keeps of a published set, and of each class, at most."""
    room = labelled_set.MAX_PICTURES - published.sizes[TEST]
    if published.sizes[TRAIN] <= room:
        return published.sizes[TRAIN], published.sizes[TRAIN]
    each = room // len(published.classes)
    return each * len(published.classes), each


def _select_first(labels: np.ndarray, classes: int, room: int) -> np.ndarray | slice:
    """Return which rows are kept of a training part: all, or of each class the first, if `room` is for fewer."""
    if len(labels) <= room:
        return slice(None)
    kept = np.zeros(len(labels), bool)
    for label in range(classes):
        kept[np.flatnonzero(labels == label)[: room // classes]] = True
    return np.flatnonzero(kept)


def _key(name: str, part: str) -> Key:
    """Return the key of a part: another file of MNIST, its arrival or that of the letters makes another part of it."""
    if name in (MNIST, COLOUR):
        return name, part, (mnist_source.get_stamp(), datasets.load_test().name)
    published = published_sets.SETS.get(name)
    return name, part, isinstance(published, ArchivedLetters) and published.is_cached()


def _load(name: str, part: str, progress: Progress) -> PictureSet:
    published = published_sets.SETS.get(name)
    if published is not None:
        images, labels = published.read(part, progress)
        return PictureSet(
            name,
            part,
            _name_slug(name, part),
            images,
            labels,
            published.classes,
            licence=published.licence,
            attribution=published.attribution,
        )
    if name == DIGITS:
        return _describe(datasets.load_bundled(), part)
    if name == COLOUR:
        return _colour(load(MNIST, part))  # the same grey pictures, not a second copy
    data = datasets.load_test()
    if data.name == datasets.MNIST and part == TRAIN:
        data = datasets.load_train(progress)
    return _describe(data, part)


def _describe(data: Dataset, part: str) -> PictureSet:
    name = MNIST if data.name == datasets.MNIST else DIGITS
    images, labels = (data.x_train, data.y_train) if part == TRAIN else (data.x_test, data.y_test)
    return PictureSet(
        name,
        part,
        _name_slug(name, part),
        images,
        labels,
        licence=data.licence,
        attribution=data.attribution,
        note=data.note,
    )


def _colour(grey: PictureSet) -> PictureSet:
    """Return the colour digits made of a part, in the colours that networks were trained and tested on."""
    colours = colour_digits.draw_pairs(
        len(grey.labels), colour_digits.TRAIN if grey.part == TRAIN else colour_digits.TEST
    )
    colours.flags.writeable = False
    return replace(grey, name=COLOUR, colours=colours)


def _name_slug(name: str, part: str) -> str:
    return name + (TRAIN_SUFFIX if part == TRAIN else "")


SLUGS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {_name_slug(name, part): (name, part) for name in (MNIST, *published_sets.SETS, DIGITS) for part in (TRAIN, TEST)}
)
"""Name in a link to a picture -> data set and part."""
