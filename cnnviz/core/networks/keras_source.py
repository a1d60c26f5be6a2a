"""Generate a Keras program that builds, trains, evaluates and saves a network, as a reader would write it.

It does not need cnnviz. It shuffles the digits differently, so its curves are similar but not equal.
"""

from __future__ import annotations

import keyword
import math
import re
import textwrap
from collections.abc import Sequence

from cnnviz.core.data import colour_digits, split
from cnnviz.core.layers import Layer, Merge
from cnnviz.core.layers.naming import iterate_keras_names
from cnnviz.core.networks.architecture import PICTURE, Architecture
from cnnviz.core.networks.training_plan import (
    LABEL_SMOOTHING,
    STRATIFIED,
    WARM_UP,
    WARM_UP_START,
    TrainingPlan,
    has_own_data,
)

OPTIMIZERS = {"adadelta": "Adadelta", "adam": "Adam", "rmsprop": "RMSprop", "sgd": "SGD"}
MNIST_TRAIN = 60_000

TAKEN = frozenset(
    ("inputs", "keras", "layers", "model", "np", "tf", "x", "x_test", "x_train", "x_val", "y_test", "y_train", "y_val")
)
"""Names that the program uses for something else than a layer's output."""

MAX_LINE_LENGTH = 160
"""Characters of a layer's line, which may hold a number for each of many units."""


def write_script(architecture: Architecture, plan: TrainingPlan) -> str:
    """Generate the program of an architecture and a plan, ending in a line break."""
    blocks = (
        _write_imports_and_seed(architecture, plan),
        _write_data(plan),
        _write_held_out(plan, len(architecture.classes)),
        _write_augmentation(plan),
        _write_model(architecture, plan),
        _write_compile_call(plan),
        _write_fit_call(plan),
        _evaluate_and_save(architecture),
    )
    return "\n\n".join(block for block in blocks if block) + "\n"


def write_model_script(architecture: Architecture, name: str) -> str:
    """Generate a program that builds an architecture, called `name`, of which it is not known how it was trained."""
    rows, columns, channels = architecture.input_shape
    blocks = (
        f'''"""{name}: {architecture.parameters:,} parameters, for pictures of {rows}x{columns}x{channels}.

Written by cnnviz for Keras 3. It builds the layers with new weights; what the network was trained with is not known.
"""

import keras
from keras import layers''',
        _write_layers(architecture, mixed=False),
        f"""# The classes, in the order of the answer. Labels to train with are their numbers, from 0.
classes = {_write_classes(architecture)}
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])""",
    )
    return "\n\n".join(blocks) + "\n"


def _write_classes(architecture: Architecture) -> str:
    names = "".join(f"    {name!r},\n" for name in architecture.classes)
    return f"[\n{names}]"


def _write_imports_and_seed(architecture: Architecture, plan: TrainingPlan) -> str:
    data = "digits of MNIST in colour" if _is_in_colour(plan) else "digits of MNIST"
    data = f"pictures in {OWN_FILE}" if has_own_data(plan) else data
    count = _count_learned(plan)
    return f'''"""{architecture.name}: {architecture.parameters:,} parameters, learned from {count:,} {data}.

Written by cnnviz for Keras 3. cnnviz puts the digits in another order, so its curve is alike and not equal.
"""

import keras
{_write_imports(plan)}from keras import layers

keras.utils.set_random_seed({plan.seed})'''


def _write_imports(plan: TrainingPlan) -> str:
    drawn = plan.validation_examples and plan.split == STRATIFIED
    numpy = "import numpy as np\n" if _is_in_colour(plan) or drawn or has_own_data(plan) else ""
    return numpy + ("import tensorflow as tf\n" if _is_augmented(plan) else "")


def _is_in_colour(plan: TrainingPlan) -> bool:
    return plan.data == colour_digits.DATA


PEN = """# cnnviz also learned from digits drawn with pens. Keras does not have them: this learns from MNIST alone.
# In the second half of the epochs cnnviz degraded the digits like photographs and screenshots, and showed pictures
# without a digit, from which no answer was to be learned. This script does neither.
"""
LOAD = """(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train = x_train[..., None].astype("float32") / 255
x_test = x_test[..., None].astype("float32") / 255"""
COLOUR = f"""# The digits in colour, 32x32x3: each with a random ink and paper that have a contrast of at least 3 to 1.
def luminance(colours):
    linear = np.where(colours <= 10, colours / 255 / 12.92, ((colours / 255 + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722] + 0.05


def in_colour(digits, part):
    pairs, missing, turn = np.zeros((len(digits), 2, 3), "uint8"), np.arange(len(digits)), 0
    while len(missing):
        random = np.random.default_rng([{colour_digits.SEED}, part, turn])
        drawn = random.integers(0, 256, pairs.shape, "uint8")[missing]
        ink, paper = luminance(drawn).T
        enough = np.maximum(ink, paper) >= {colour_digits.MIN_CONTRAST:g} * np.minimum(ink, paper)
        pairs[missing[enough]] = drawn[enough]
        missing, turn = missing[~enough], turn + 1
    amount = np.pad(digits.astype("float32") / 255, ((0, 0), (2, 2), (2, 2)))
    images = np.empty((*amount.shape, 3), "float32")
    for channel in range(3):
        ink, paper = pairs[:, :, channel].T[..., None, None] / np.float32(255)
        images[..., channel] = paper + amount * (ink - paper)
    return images


(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train, x_test = in_colour(x_train, {colour_digits.TRAIN}), in_colour(x_test, {colour_digits.TEST})"""
ONE_HOT = """
y_train = keras.utils.to_categorical(y_train, 10)
y_test = keras.utils.to_categorical(y_test, 10)"""
DRAWN = """# Held-out digits judge every epoch, nothing is learned from them. They are drawn at random, each class
# in its share.
labels = {labels}
shuffled, place = np.random.default_rng([{seed}, {purpose}]).permutation(len(labels)), np.empty(len(labels))
for digit in range({classes}):
    rows = shuffled[labels[shuffled] == digit]
    place[rows] = (np.arange(len(rows)) + 0.5) / len(rows)
order = np.argsort(place, kind="stable")
x_val, y_val = x_train[order[:{held_out}]], y_train[order[:{held_out}]]
x_train, y_train = x_train[order[{held_out}:{used}]], y_train[order[{held_out}:{used}]]"""


OWN_FILE = "set.npz"
"""The visitor's own set, which the program reads from beside it."""

OWN = f"""# {OWN_FILE} lies beside this program: pictures of 0 to 255, labels, and the names of the classes.
with np.load("{OWN_FILE}") as data:
    x_train, y_train, x_test, y_test = (data[name] for name in ("x_train", "y_train", "x_test", "y_test"))
x_train, x_test = x_train.astype("float32") / 255, x_test.astype("float32") / 255"""


def _write_data(plan: TrainingPlan) -> str:
    if has_own_data(plan):
        return OWN
    load = COLOUR if _is_in_colour(plan) else LOAD
    return f"{PEN if plan.data == 'mnist+pen' else ''}{load}{ONE_HOT if _get_smoothing(plan) else ''}"


def _write_held_out(plan: TrainingPlan, classes: int) -> str:
    held_out, learned = plan.validation_examples, _count_learned(plan)
    if held_out and plan.split == STRATIFIED:
        labels = "y_train.argmax(axis=1)" if _get_smoothing(plan) else "y_train"
        numbers = {"held_out": held_out, "used": held_out + learned, "classes": classes}
        return DRAWN.format(labels=labels, seed=plan.seed, purpose=split.PURPOSE, **numbers)
    lines = []
    if held_out:
        lines.append("# The last training digits are held out: they judge every epoch, nothing is learned from them.")
        lines.append(f"x_val, y_val = x_train[-{held_out}:], y_train[-{held_out}:]")
    if learned < MNIST_TRAIN:
        lines.append(f"x_train, y_train = x_train[:{learned}], y_train[:{learned}]")
    return "\n".join(lines)


def _write_augmentation(plan: TrainingPlan) -> str:
    if not _is_augmented(plan):
        return ""
    fill = "nearest" if _is_in_colour(plan) else "constant"
    return f"""# cnnviz turns, shears, stretches and bends the digits, changes the pen and adds habits such as
# crossed sevens. This is as near as Keras's own layers come.
vary = keras.Sequential([
    layers.RandomRotation(0.04, fill_mode="{fill}"),
    layers.RandomShear(0.1, 0.0, fill_mode="{fill}"),
    layers.RandomZoom(0.12, 0.12, fill_mode="{fill}"),
    layers.RandomTranslation(0.03, 0.03, fill_mode="{fill}"),
])
varied = (
    tf.data.Dataset.from_tensor_slices((x_train, y_train))
    .shuffle(len(x_train), seed={plan.seed})
    .batch({plan.batch_size})
    .map(lambda x, y: (vary(x, training=True), y), num_parallel_calls=tf.data.AUTOTUNE)
    .prefetch(2)
)"""


def _write_model(architecture: Architecture, plan: TrainingPlan) -> str:
    mixed = plan.precision != "float32"
    policy = f'keras.config.set_dtype_policy("{plan.precision}")  # multiply in bfloat16, keep weights in float32\n'
    return f"{policy if mixed else ''}{_write_layers(architecture, mixed)}"


def _write_layers(architecture: Architecture, mixed: bool) -> str:
    """Write the model; where it is computed in mixed precision, its answer is in float32."""
    usual = iterate_keras_names(layer.kind for layer in architecture.layers)
    lines = [_write_line(layer, name) for layer, name in zip(architecture.layers, usual, strict=True)]
    if mixed:
        lines[-1] = _add_argument(lines[-1], 'dtype="float32"')
    write = _write_sequential if architecture.is_chain else _write_functional
    return f"{write(architecture, lines)}\nmodel.summary()"


def _write_sequential(architecture: Architecture, lines: Sequence[str]) -> str:
    stack = "".join(f"{_wrap(f'    layers.{line},')}\n" for line in (f"Input({architecture.input_shape})", *lines))
    return f"model = keras.Sequential([\n{stack}])"


def _write_functional(architecture: Architecture, lines: Sequence[str]) -> str:
    """Write one assignment a layer. What only the next layer reads is called x, all else by the layer's name."""
    variables = _name_variables(architecture)
    written = [f"inputs = keras.Input({architecture.input_shape})"]
    for layer, line in zip(architecture.layers, lines, strict=True):
        read = [variables[source] for source in architecture.sources(layer.name)]
        given = f"[{', '.join(read)}]" if isinstance(layer, Merge) else read[0]
        written.append(_wrap(f"{variables[layer.name]} = layers.{line}({given})"))
    return "\n".join((*written, f"model = keras.Model(inputs, {variables[architecture.layers[-1].name]})"))


def _wrap(line: str) -> str:
    """Break the line of a layer that is too long between its arguments."""
    if len(line) <= MAX_LINE_LENGTH:
        return line
    indent = " " * (len(line) - len(line.lstrip()) + 4)
    return textwrap.fill(
        line, MAX_LINE_LENGTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def _name_variables(architecture: Architecture) -> dict[str, str]:
    """Return the variable that holds each layer's output, by the layer's name, and that of the picture."""
    found = {PICTURE: "inputs"}
    taken = {*TAKEN, *keyword.kwlist}
    names = [layer.name for layer in architecture.layers]
    for name, following in zip(names, (*names[1:], ""), strict=True):
        if set(architecture.readers(name)) <= {following}:
            found[name] = "x"
            continue
        plain = re.sub(r"\W", "_", name)
        plain = f"layer_{plain}" if plain[0].isdigit() else plain
        while plain in taken:
            plain += "_"
        taken.add(plain)
        found[name] = plain
    return found


def _write_line(layer: Layer, usual: str) -> str:
    """Return the layer's line of code, without a name equal to Keras's own."""
    name = f'name="{layer.name}")'
    line = layer.keras_line()
    return line.removesuffix(name).removesuffix(", ") + ")" if layer.name == usual else line


def _add_argument(line: str, argument: str) -> str:
    return line[:-1] + ("" if line.endswith("()") else ", ") + argument + ")"


def _write_compile_call(plan: TrainingPlan) -> str:
    rate = "rate" if falls(plan) else repr(plan.learning_rate)
    return f"""{_write_schedule(plan) if falls(plan) else ""}model.compile(
    optimizer=keras.optimizers.{OPTIMIZERS[plan.optimizer]}(learning_rate={rate}),
    loss={_write_loss(plan)},
    metrics=["accuracy"],
)"""


def _write_schedule(plan: TrainingPlan) -> str:
    batches = plan.epochs * math.ceil(_count_learned(plan) / plan.batch_size)
    warm = max(1, round(WARM_UP * batches))
    return f"""# The rate rises for {warm} batches and then falls to 0 along a cosine.
rate = keras.optimizers.schedules.CosineDecay(
    initial_learning_rate={plan.learning_rate * WARM_UP_START:.3g},
    warmup_target={plan.learning_rate!r},
    warmup_steps={warm},
    decay_steps={max(1, batches - warm)},
)
"""


def _write_loss(plan: TrainingPlan) -> str:
    if smoothing := _get_smoothing(plan):
        return f"keras.losses.CategoricalCrossentropy(label_smoothing={smoothing})"
    return '"sparse_categorical_crossentropy"'


def _write_fit_call(plan: TrainingPlan) -> str:
    data = "varied," if _is_augmented(plan) else f"x_train,\n    y_train,\n    batch_size={plan.batch_size},"
    judged = "(x_val, y_val)," if plan.validation_examples else "(x_test, y_test),  # only to watch"
    stopping = _write_stopping(plan.patience) if plan.patience is not None else ""
    return f"""model.fit(
    {data}
    epochs={plan.epochs},
    validation_data={judged}
{stopping})"""


def _write_stopping(patience: int) -> str:
    return f"""    callbacks=[
        keras.callbacks.EarlyStopping(monitor="val_loss", patience={patience}, restore_best_weights=True),
    ],
"""


def _evaluate_and_save(architecture: Architecture) -> str:
    return f'''loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
print(f"{{accuracy:.2%}} of the test digits are read right, the loss is {{loss:.4f}}")
model.save("{architecture.name}.keras")'''


def falls(plan: TrainingPlan) -> bool:
    """Return whether the learning rate falls along a cosine: if the plan says so, and always with augmentation."""
    return plan.schedule == "cosine" or _is_augmented(plan)


def _is_augmented(plan: TrainingPlan) -> bool:
    return plan.augmentation != "none"


def _get_smoothing(plan: TrainingPlan) -> float:
    return LABEL_SMOOTHING.get(plan.augmentation, 0.0)


def _count_learned(plan: TrainingPlan) -> int:
    """Count the digits that are trained on."""
    return min(plan.examples, MNIST_TRAIN) - plan.validation_examples
