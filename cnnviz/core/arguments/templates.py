"""Templates of the sentences about layer arguments, marked for translation."""

from __future__ import annotations

from collections.abc import Mapping

from cnnviz.core.messages import gettext_noop

NAME = gettext_noop("Only a name, under which the weights are kept and found again.")

FILTERS = gettext_noop(
    "How many filters this layer learns. Each makes one map, so {filters} come out, and each filter has {weights} "
    "weights of its own."
)
MIXING_FILTERS = gettext_noop(
    "How many maps come out. Each mixes the {maps} maps of the first step, cell by cell, with weights of its own."
)
MULTIPLIER = gettext_noop(
    "How many maps are made of each channel: {channels} × {multiplier} = {maps} maps, each with a kernel of its own."
)
UNITS = gettext_noop(
    "How many numbers come out: {units}. Each unit reads all {inputs} inputs and has a weight for every one of them."
)
UNITS_AT_EVERY_PLACE = gettext_noop(
    "How many numbers come out at every place: {units}. Each unit reads all {inputs} channels there, with the "
    "same weights everywhere."
)

KERNEL_VALID = gettext_noop(
    "The window of {window} cells that one value is worked out from. It has to stay inside the map, so there are "
    "{places} places for it."
)
KERNEL_SAME = gettext_noop(
    "The window of {window} cells that one value is worked out from. The map is padded so far that the number of "
    "places, {places}, does not depend on it."
)
MAX_WINDOW = gettext_noop(
    "The window of {window} cells of one map of which only the largest value is kept: {side} becomes {places}."
)
MEAN_WINDOW = gettext_noop(
    "The window of {window} cells of one map of which only the mean is kept: {side} becomes {places}."
)

STRIDES_ONE = gettext_noop("How far the window moves from place to place: one cell, so no place is left out.")
STRIDES_TOUCH = gettext_noop(
    "How far the window moves. Left out, it is as far as the window is large: windows touch and do not overlap."
)
STRIDES = gettext_noop(
    "How far the window moves: {down} down, {across} across. Only {places} places are worked out; that costs no weight."
)

PADDING_VALID = gettext_noop(
    "Nothing is put around the map. The window stays inside, so a window larger than one cell makes the map smaller."
)
PADDING_NONE = gettext_noop(
    "As much is put around the map as it takes to lose no place at the edge: here that is nothing."
)
PADDING_ZEROS = gettext_noop(
    "Zeros are put around the map, so that no place at the edge is lost: above {above}, below {below}, left "
    "{left}, right {right}."
)
PADDING_POOL = gettext_noop(
    "The windows may reach over the edge: above {above}, below {below}, left {left}, right {right}. What lies "
    "outside is not counted."
)
FRAME = gettext_noop("How many zeros are put around the map: above {above}, below {below}, left {left}, right {right}.")

DILATION_ONE = gettext_noop("The cells of the kernel lie side by side, without gaps.")
DILATION = gettext_noop(
    "Gaps between the cells of the kernel: its {window} cells reach over {span} cells of the map, without one "
    "weight more."
)
GROUPS_ONE = gettext_noop("Channels are not cut into groups: every filter reads all channels, here {channels}.")
GROUPS = gettext_noop(
    "Channels and filters are cut into {groups} groups that do not see each other: a filter reads {read} of "
    "{channels} channels."
)

BIAS = gettext_noop("One learned number is added to the sums of each map or unit: {number} parameters.")
NO_BIAS = gettext_noop("No number is added to the sums: {number} parameters fewer than with one.")

AXIS_MAPS = gettext_noop("Along which axis the inputs stand one after the other: here along the maps or units.")
AXIS_COLUMNS = gettext_noop("Along which axis the inputs stand one after the other: here along the columns.")
AXIS_ROWS = gettext_noop("Along which axis the inputs stand one after the other: here along the rows.")

ACTIVATIONS: Mapping[str, str] = {
    "linear": gettext_noop("The sums stay as they are."),
    "relu": gettext_noop("Sums below 0 become 0, the others stay. That happens to each value by itself."),
    "leaky_relu": gettext_noop(
        "Sums below 0 shrink to a fifth, the others stay. That happens to each value by itself."
    ),
    "elu": gettext_noop("Sums below 0 bend towards −1, the others stay. That happens to each value by itself."),
    "gelu": gettext_noop("Each sum is multiplied by the share of the normal distribution that lies below it."),
    "silu": gettext_noop("Each sum is multiplied by its own sigmoid, a number from 0 to 1."),
    "tanh": gettext_noop("Each sum is bent into the range from −1 to 1."),
    "sigmoid": gettext_noop("Each sum is bent into the range from 0 to 1."),
    "relu6": gettext_noop("Sums below 0 become 0 and those above 6 become 6, the others stay."),
    "celu": gettext_noop("Sums below 0 bend towards −1, the others stay, as with elu."),
    "selu": gettext_noop("Sums below 0 bend towards −1.76, the others are multiplied by 1.05."),
    "softplus": gettext_noop("Each sum becomes log(1 + exp(sum)): nearly 0 far below 0, nearly itself far above."),
    "softsign": gettext_noop("Each sum is divided by 1 plus its size, which bends it into the range from −1 to 1."),
    "squareplus": gettext_noop("A smooth bend: nearly 0 far below 0, nearly the sum itself far above."),
    "soft_shrink": gettext_noop("Sums from −0.5 to 0.5 become 0, the others move by 0.5 towards 0."),
    "hard_shrink": gettext_noop("Sums from −0.5 to 0.5 become 0, the others stay."),
    "tanh_shrink": gettext_noop("From each sum its tanh is taken away, which makes sums near 0 nearly 0."),
    "sparse_plus": gettext_noop("Sums up to −1 become 0, those from 1 on stay, and between them is a smooth bend."),
    "sparse_sigmoid": gettext_noop("Sums up to −1 become 0, those from 1 on become 1, on a straight line between."),
    "exponential": gettext_noop("Each sum becomes exp of itself, a number above 0."),
    "hard_sigmoid": gettext_noop("Sums up to −3 become 0, those from 3 on become 1, on a straight line between."),
    "hard_silu": gettext_noop("Each sum is multiplied by a number from 0 to 1, on a straight line from −3 to 3."),
    "hard_tanh": gettext_noop("Sums below −1 become −1 and those above 1 become 1, the others stay."),
    "mish": gettext_noop("Each sum is multiplied by a number from 0 to 1, the tanh of its softplus."),
    "log_sigmoid": gettext_noop("Each sum becomes the logarithm of its sigmoid, a number below 0."),
    "softmax": gettext_noop(
        "The sums become shares: exp of each, divided by the sum of them all, so that together they are 1."
    ),
}

KEEPDIMS = gettext_noop("The one number of each map stays a map of one cell.")
NO_KEEPDIMS = gettext_noop("The one number of each map takes its place in a row of {number} numbers.")

MOMENTUM = gettext_noop(
    "While the network learns, the running mean and variance keep {value} of what they were at each step; when it "
    "answers, nothing."
)
EPSILON = gettext_noop("{value} is added to the variance, so that nothing is ever divided by 0.")
CENTER = gettext_noop("A learned number, beta, is added to each map: {number} parameters.")
NO_CENTER = gettext_noop("No beta is added: {number} parameters fewer.")
SCALE = gettext_noop("Each map is multiplied by a learned number, gamma: {number} parameters.")
NO_SCALE = gettext_noop("There is no gamma to multiply by: {number} parameters fewer.")

RATE = gettext_noop(
    "While the network learns, {share} % of the values are set to 0 at random and the others multiplied by "
    "{factor}. When it answers, all pass unchanged."
)
FACTOR = gettext_noop("Every value is multiplied by {value}.")
OFFSET = gettext_noop("{value} is added to every value.")
LIMIT = gettext_noop("Values above {value} become {value}.")
NO_LIMIT = gettext_noop("Large values have no limit.")
SLOPE = gettext_noop("Values x below 0 become {value} · x.")
SLOPE_BELOW = gettext_noop("Values x below the threshold {threshold} become {value} · (x − {threshold}).")
THRESHOLD = gettext_noop("From {value} on values pass unchanged.")
ALPHA = gettext_noop("Far below 0 the values approach −{value}.")

CROPPING = gettext_noop(
    "How many rows and columns are cut off: above {above}, below {below}, left {left}, right {right}."
)
TARGET_SHAPE = gettext_noop("The shape that the {number} values are arranged in: {shape}.")
DIMS = gettext_noop("Which axis of the input comes first, second and so on, counted from 1: {shape} come out.")
SPATIAL_RATE = gettext_noop(
    "While the network learns, {share} % of the maps are set to 0 at random and the others multiplied by {factor}. "
    "When it answers, all pass unchanged."
)
GAUSSIAN_RATE = gettext_noop(
    "While the network learns, values are multiplied by random numbers around 1 whose standard deviation is {value}. "
    "When it answers, all pass unchanged."
)
ALPHA_RATE = gettext_noop(
    "While the network learns, {share} % of the values are set to one negative number at random and all are scaled to "
    "make up for it. When it answers, all pass unchanged."
)
STDDEV = gettext_noop(
    "While the network learns, random numbers of the standard deviation {value} are added. When it answers, nothing is."
)
L1 = gettext_noop("While the network learns, {value} times the size of each value is added to the loss.")
L2 = gettext_noop("While the network learns, {value} times the square of each value is added to the loss.")
FLIPS: Mapping[str, str] = {
    "horizontal": gettext_noop("While the network learns, left and right are swapped at random."),
    "vertical": gettext_noop("While the network learns, top and bottom are swapped at random."),
    "horizontal_and_vertical": gettext_noop(
        "While the network learns, left and right, and top and bottom, are swapped at random."
    ),
}
TURN = gettext_noop("How far pictures are turned at random, as a share of a full turn: from {low} to {high}.")
HEIGHT_FACTOR = gettext_noop(
    "How far pictures change vertically at random, as a share of their height: from {low} to {high}."
)
WIDTH_FACTOR = gettext_noop(
    "How far pictures change horizontally at random, as a share of their width: from {low} to {high}."
)
SAME_FACTOR = gettext_noop("Left out, the width changes like the height.")
TONE_FACTOR = gettext_noop("How far values change at random: from {low} to {high}.")
VALUE_RANGE = gettext_noop("The values are expected to lie from {low} to {high}.")
FILL_MODES: Mapping[str, str] = {
    "constant": gettext_noop("Pixels from outside of the picture have one fixed value."),
    "nearest": gettext_noop("Pixels from outside of the picture have the value of the nearest edge."),
    "wrap": gettext_noop("Pixels from outside of the picture come from its opposite side."),
    "reflect": gettext_noop("Pixels from outside of the picture are mirrored at its edge."),
}
FILL_VALUE = gettext_noop("With the fill mode “constant”, pixels from outside of the picture are {value}.")
INTERPOLATIONS: Mapping[str, str] = {
    "nearest": gettext_noop("Each new value is that of the nearest cell."),
    "bilinear": gettext_noop("Each new value is mixed from the four nearest cells, the nearer ones counting more."),
}

UPSAMPLED = gettext_noop(
    "How many times as large the maps become: {down} times as many rows, {across} times as many columns."
)
HEIGHT = gettext_noop("How many rows each map has afterwards: {value}.")
WIDTH = gettext_noop("How many columns each map has afterwards: {value}.")

SPREAD_OVER = gettext_noop("The window of {window} cells that each value of the input is spread over.")
SPREAD_STRIDES_ONE = gettext_noop("How far apart windows lie that come from neighbouring values: one cell.")
SPREAD_STRIDES = gettext_noop(
    "How far apart windows lie that come from neighbouring values: {down} down, {across} across. So the map grows to "
    "{places} places."
)
SPREAD_VALID = gettext_noop("Everything that windows reach is kept, so the map also grows by the window.")
SPREAD_SAME = gettext_noop(
    "What windows reach beyond the input's own size, times the strides, is cut off at the edges."
)
OUTPUT_PADDING_NONE = gettext_noop("The size follows from padding, kernel and strides: {places} places.")
OUTPUT_PADDING = gettext_noop("Adds {down} rows and {across} columns to the smallest size: {places} places come out.")

AXIS = gettext_noop("Which axis has figures of its own for each index, counted from 1; −1 is the last, the maps.")
NO_AXIS = gettext_noop("There is one mean and one variance for all values.")
STANDARD_AXIS = gettext_noop("Along which axes mean and variance are taken, counted from 1; −1 is the last, the maps.")
FIGURES_GIVEN = gettext_noop("Given with the network, not learned: {value}.")
FIGURES_STORED = gettext_noop("Taken from data before training and stored with the weights.")
INVERT = gettext_noop("The other way round: values are multiplied by the deviation, and the mean is added.")
NO_INVERT = gettext_noop("The mean is taken away, and the rest divided by the deviation.")
STANDARD_GROUPS = gettext_noop("The maps are cut into {groups} groups of {maps}, each with a mean and a variance.")
SLOPES_OF_ALL = gettext_noop("Every cell has a slope of its own: {number} parameters.")
SLOPES_SHARED = gettext_noop("Along these axes, counted from 1, cells share a slope: {number} parameters.")
