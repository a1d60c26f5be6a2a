"""Terms about networks and their layers."""

from cnnviz.core.glossary.data import DEEP_LEARNING, LECUN
from cnnviz.core.glossary.term import Term
from cnnviz.core.messages import gettext_noop

GUIDE = "Dumoulin, Visin: A guide to convolution arithmetic for deep learning (2016)"

TERMS = (
    Term(
        "network",
        gettext_noop("Neural network"),
        gettext_noop(
            "Layers, mostly in a chain, each of which computes new numbers from those before it: pixels come in, a "
            "share for each class comes out. A convolutional network, or CNN, is one with convolutions."
        ),
        f"{DEEP_LEARNING}, 6 and 9",
        "layers",
        also=(gettext_noop("CNN"), gettext_noop("model")),
    ),
    Term(
        "layer",
        gettext_noop("Layer"),
        gettext_noop("One step of a network: it reads the numbers that the layer before made and makes new ones."),
        f"{DEEP_LEARNING}, 6",
        "layers",
    ),
    Term(
        "unit",
        gettext_noop("Unit"),
        gettext_noop("One number that a dense layer computes, and the weights that it is computed with."),
        f"{DEEP_LEARNING}, 6",
        "layers",
        also=(gettext_noop("neuron"),),
    ),
    Term(
        "weight",
        gettext_noop("Weight"),
        gettext_noop("A number that an input is multiplied by. Training is the search for good weights."),
        f"{DEEP_LEARNING}, 5.1",
        "convolution",
    ),
    Term(
        "bias",
        gettext_noop("Bias"),
        gettext_noop(
            "A learned number that is added to a weighted sum. It moves the point from which a filter or a unit "
            "responds."
        ),
        f"{DEEP_LEARNING}, 5.1",
        "convolution",
    ),
    Term(
        "parameter",
        gettext_noop("Parameter"),
        gettext_noop(
            "A number that training sets: a weight or a bias. Their count is what is called a network's size."
        ),
        "Keras documentation: Model.summary",
        "layers",
        gettext_noop("convolution: (height × width × channels + 1) × filters"),
    ),
    Term(
        "convolution",
        gettext_noop("Convolution"),
        gettext_noop(
            "A small grid of weights moves over the input. At each place the cells under it are multiplied by the "
            "weights and added up, and the sums form a new map."
        ),
        f"{LECUN}; {DEEP_LEARNING}, 9.1",
        "convolution",
        gettext_noop("sum = Σ cell × weight + bias"),
    ),
    Term(
        "cross-correlation",
        gettext_noop("Cross-correlation"),
        gettext_noop(
            "The sum of products without turning the kernel over first. Mathematics calls only the sum with the turned "
            "kernel a convolution; networks leave the kernel as it is and call that a convolution too."
        ),
        f"{DEEP_LEARNING}, 9.1",
        "convolution",
    ),
    Term(
        "kernel",
        gettext_noop("Kernel"),
        gettext_noop("The grid of weights that a convolution moves over its input, often 3 × 3 cells."),
        f"{DEEP_LEARNING}, 9.1",
        "convolution",
    ),
    Term(
        "filter",
        gettext_noop("Filter"),
        gettext_noop(
            "All weights that make one map: a kernel for each channel of the input, and a bias. A layer with 32 "
            "filters makes 32 maps."
        ),
        "Keras documentation: Conv2D",
        "filters",
        gettext_noop("weights = height × width × channels"),
    ),
    Term(
        "feature map",
        gettext_noop("Feature map"),
        gettext_noop(
            "The grid of results that one filter makes of its input. It is bright where the filter's pattern is found."
        ),
        f"{LECUN}; {DEEP_LEARNING}, 9.1",
        "layers",
        also=(gettext_noop("map"), gettext_noop("activation map")),
    ),
    Term(
        "stride",
        gettext_noop("Stride"),
        gettext_noop(
            "How many cells a window moves from one place to the next. With a stride of 2 the map has half as "
            "many rows and columns."
        ),
        GUIDE,
        "convolution",
        gettext_noop("size = ⌊(input − window) / stride⌋ + 1"),
        (gettext_noop("step of the window"),),
    ),
    Term(
        "padding",
        gettext_noop("Padding"),
        gettext_noop(
            "A frame around the input. With “valid” there is none and maps shrink; with “same” the frame is just wide "
            "enough for a stride of 1 to keep the size."
        ),
        GUIDE,
        "convolution",
    ),
    Term(
        "layer normalization",
        gettext_noop("Layer normalization"),
        gettext_noop(
            "The values of one place, over all maps, are given mean 0 and variance 1, and then shifted and scaled by "
            "learned figures. Unlike batch normalization it needs no figures from training."
        ),
        "Ba, Kiros, Hinton: Layer normalization (2016)",
        "layers",
    ),
    Term(
        "group normalization",
        gettext_noop("Group normalization"),
        gettext_noop(
            "The maps are cut into groups, and all values of a group are given mean 0 and variance 1; then each map is "
            "shifted and scaled by learned figures."
        ),
        "Wu, He: Group normalization (2018)",
        "layers",
        also=(gettext_noop("instance normalization"),),
    ),
    Term(
        "upsampling",
        gettext_noop("Upsampling"),
        gettext_noop(
            "Making a map larger: each cell is repeated, or new cells are mixed from their neighbours. It is the "
            "opposite of pooling."
        ),
        "Keras documentation: UpSampling2D",
        "layers",
    ),
    Term(
        "bilinear interpolation",
        gettext_noop("Bilinear interpolation"),
        gettext_noop(
            "How a picture or map is scaled: each new value is mixed from the four nearest cells, the nearer ones "
            "counting more."
        ),
        "Gonzalez, Woods: Digital image processing, 2.4",
        "layers",
        also=(gettext_noop("bilinear"),),
    ),
    Term(
        "transposed convolution",
        gettext_noop("Transposed convolution"),
        gettext_noop(
            "A convolution the other way round: each value of the input is spread over a window of the output, times a "
            "kernel, and where windows overlap, what they bring is added up. Maps grow by its stride."
        ),
        GUIDE,
        "layers",
        also=(gettext_noop("deconvolution"),),
    ),
    Term(
        "depthwise convolution",
        gettext_noop("Depthwise convolution"),
        gettext_noop(
            "A convolution with kernels of one channel: each map of the input is convolved by itself, and nothing is "
            "added up over maps. So it has few weights, and cannot combine what two maps have found."
        ),
        "Chollet: Xception: deep learning with depthwise separable convolutions (2017)",
        "layers",
        gettext_noop("weights = height × width × channels × multiplier"),
    ),
    Term(
        "separable convolution",
        gettext_noop("Separable convolution"),
        gettext_noop(
            "A depthwise convolution, then a 1 × 1 convolution that mixes its maps at every place. It does the work of "
            "an ordinary convolution with far fewer weights."
        ),
        "Chollet: Xception: deep learning with depthwise separable convolutions (2017)",
        "layers",
        gettext_noop("weights = height × width × channels + channels × filters"),
        (gettext_noop("pointwise convolution"),),
    ),
    Term(
        "dilation",
        gettext_noop("Dilation"),
        gettext_noop(
            "Gaps between the cells that a kernel reads. The same number of weights then reaches over a wider part of "
            "the input."
        ),
        "Yu, Koltun: Multi-scale context aggregation by dilated convolutions (2016)",
        "convolution",
        gettext_noop("reach = dilation × (kernel − 1) + 1"),
    ),
    Term(
        "receptive field",
        gettext_noop("Receptive field"),
        gettext_noop("The part of the input that one cell of a map depends on. It grows from layer to layer."),
        f"{DEEP_LEARNING}, 9.2",
        "layers",
    ),
    Term(
        "activation",
        gettext_noop("Activation"),
        gettext_noop(
            "The function that a layer applies to each of its sums, and also what comes out of it. Without it, several "
            "layers could do no more than one."
        ),
        f"{DEEP_LEARNING}, 6.3",
        "layers",
        also=(gettext_noop("activation function"),),
    ),
    Term(
        "relu",
        gettext_noop("ReLU"),
        gettext_noop("The most usual activation: negative sums become 0, the others stay as they are."),
        "Nair, Hinton: Rectified linear units improve restricted Boltzmann machines (2010)",
        "convolution",
        gettext_noop("relu(x) = max(0, x)"),
    ),
    Term(
        "logit",
        gettext_noop("Logit"),
        gettext_noop("The sum that the last layer computes for a class, before softmax makes a share of it."),
        f"{DEEP_LEARNING}, 6.2",
        "layers",
    ),
    Term(
        "softmax",
        gettext_noop("Softmax"),
        gettext_noop(
            "The activation of the last layer: it turns the sums of all classes into shares that add up to 1, and the "
            "largest sum into the largest share."
        ),
        f"Bridle: Probabilistic interpretation of feedforward network outputs (1990); {DEEP_LEARNING}, 6.2",
        "draw",
        gettext_noop("share = exp(sum) / Σ exp(sums)"),
    ),
    Term(
        "share",
        gettext_noop("Share"),
        gettext_noop(
            "How much of 100 % the network gives to a class. It is called a probability as well, but a network can be "
            "wrong with a share of 99 %."
        ),
        "Guo, Pleiss, Sun, Weinberger: On calibration of modern neural networks (2017)",
        "draw",
        also=(gettext_noop("probability"), gettext_noop("confidence")),
    ),
    Term(
        "pooling",
        gettext_noop("Pooling"),
        gettext_noop("A layer without weights that makes maps smaller: it replaces each window by one number."),
        f"{DEEP_LEARNING}, 9.3",
        "pooling",
        also=(gettext_noop("subsampling"),),
    ),
    Term(
        "max pooling",
        gettext_noop("Max pooling"),
        gettext_noop(
            "Pooling that keeps the largest number of each window: that a pattern was found stays, where exactly is "
            "lost."
        ),
        f"{DEEP_LEARNING}, 9.3",
        "pooling",
        gettext_noop("1 2 / 7 1 → 7"),
    ),
    Term(
        "average pooling",
        gettext_noop("Average pooling"),
        gettext_noop("Pooling that keeps the mean of each window."),
        LECUN,
        "pooling",
        gettext_noop("1 2 / 7 1 → 2.75"),
    ),
    Term(
        "global pooling",
        gettext_noop("Global pooling"),
        gettext_noop("Pooling with a window as large as the map: one number is left of each map."),
        "Lin, Chen, Yan: Network in network (2014)",
        "pooling",
    ),
    Term(
        "flatten",
        gettext_noop("Flatten"),
        gettext_noop("Writing the cells of all maps one after another into one row. A dense layer reads such rows."),
        "Keras documentation: Flatten",
        "layers",
        gettext_noop("5 × 5 × 64 → 1,600"),
    ),
    Term(
        "dense layer",
        gettext_noop("Dense layer"),
        gettext_noop(
            "A layer in which every unit reads all inputs, each with a weight of its own. The last one has a unit for "
            "each digit."
        ),
        "Keras documentation: Dense",
        "layers",
        gettext_noop("parameters = (inputs + 1) × units"),
        (gettext_noop("fully connected layer"),),
    ),
    Term(
        "dropout",
        gettext_noop("Dropout"),
        gettext_noop(
            "While a network is trained, some of its values, chosen at random, are set to 0 at each step, so that no "
            "unit can rely on a single other one. When it answers, nothing is left out."
        ),
        "Srivastava and others: Dropout, a simple way to prevent neural networks from overfitting (2014)",
        "train",
    ),
    Term(
        "batch normalization",
        gettext_noop("Batch normalization"),
        gettext_noop(
            "A layer that shifts and scales each map to a mean near 0 and a spread near 1, measured on batches during "
            "the training, and then by a learned scale and offset."
        ),
        "Ioffe, Szegedy: Batch normalization (2015)",
        "train",
        gettext_noop("gamma × (x − mean) / deviation + beta"),
    ),
    Term(
        "residual connection",
        gettext_noop("Residual connection"),
        gettext_noop(
            "A second path around some layers: what they read is added to what they computed. So these layers have to "
            "learn only the difference, and gradients reach the first layers of deep networks."
        ),
        "He et al.: Deep residual learning for image recognition (2016)",
        "layers",
        gettext_noop("y = f(x) + x"),
        also=(gettext_noop("skip connection"),),
    ),
    Term(
        "invariance",
        gettext_noop("Invariance"),
        gettext_noop("The output stays the same when the input is changed, for example moved by two pixels."),
        f"{DEEP_LEARNING}, 9.3",
        "pooling",
        gettext_noop("f(moved x) = f(x)"),
    ),
    Term(
        "equivariance",
        gettext_noop("Equivariance"),
        gettext_noop("The output changes in the same way as the input: if the digit moves, its map moves with it."),
        f"{DEEP_LEARNING}, 9.2",
        "pooling",
        gettext_noop("f(moved x) = moved f(x)"),
    ),
)
