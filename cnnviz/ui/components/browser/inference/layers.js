// The layer kinds of `cnnviz.core.layers`, in inference. Values are float32, channels fastest, then columns, then rows;
// sums are formed in float64. `KINDS` has a function a kind that prepares a layer: from its settings, its weights and
// the shape of what it reads to {shape, sum(x, before), activate}. `sum` is null where nothing is computed before the
// activation, and `activate` where there is none; both together leave the values as they are.
import { ACTIVATIONS, elu, leaky, rectify, softmax } from "./activations.js"

const count = (shape) => shape.reduce((product, side) => product * side, 1)
const last = (shape) => shape.at(-1)

/** Return the activation that ends a layer; null for "linear". Throws for one that is not known here. */
function ending(name) {
  if (name === "linear") return null
  if (!ACTIVATIONS[name]) throw new Error(`the activation ${name} is not known`)
  return ACTIVATIONS[name]
}

// Along one side: how many places a window has, and how many cells of padding come before the first.
function slide(side, window, stride, dilation, padding) {
  const span = (window - 1) * dilation + 1
  if (padding === "valid") return { places: Math.floor((side - span) / stride) + 1, before: 0 }
  const places = Math.ceil(side / stride)
  return { places, before: Math.floor(Math.max((places - 1) * stride + span - side, 0) / 2) }
}

/**
 * Prepare the sums of a convolution; group g of the filters reads group g of the channels.
 *
 * A window's values that are not zero are listed once and then meet all filters, four values at a time: after a ReLU
 * more than half of them are zero.
 */
function convolve(settings, kernel, bias, [height, width, channels], groups, filters) {
  const { strides, padding, dilation_rate: dilation } = settings
  const [windowRows, windowColumns] = settings.kernel_size
  const down = slide(height, windowRows, strides[0], dilation[0], padding)
  const across = slide(width, windowColumns, strides[1], dilation[1], padding)
  const [depth, each] = [channels / groups, filters / groups]
  const values = new Float64Array(windowRows * windowColumns * depth + 3)
  const rows = new Int32Array(values.length)
  const sums = new Float64Array(each)

  // List what the window at a place reads of the channels of a group; rounded up to a multiple of four by zeros.
  function gather(x, top, left, group) {
    let found = 0
    for (let i = 0; i < windowRows; i += 1) {
      const row = top + i * dilation[0]
      if (row < 0 || row >= height) continue
      for (let j = 0; j < windowColumns; j += 1) {
        const column = left + j * dilation[1]
        if (column < 0 || column >= width) continue
        const start = (row * width + column) * channels + group * depth
        const weights = (i * windowColumns + j) * depth * filters + group * each
        for (let channel = 0; channel < depth; channel += 1) {
          const value = x[start + channel]
          if (value === 0) continue
          values[found] = value
          rows[found] = weights + channel * filters
          found += 1
        }
      }
    }
    while (found % 4) {
      values[found] = 0
      rows[found] = group * each
      found += 1
    }
    return found
  }

  function add(found) {
    for (let n = 0; n < found; n += 4) {
      const [a, b, c, d] = [values[n], values[n + 1], values[n + 2], values[n + 3]]
      const [p, q, r, s] = [rows[n], rows[n + 1], rows[n + 2], rows[n + 3]]
      for (let filter = 0; filter < each; filter += 1) {
        sums[filter] +=
          a * kernel[p + filter] + b * kernel[q + filter] + c * kernel[r + filter] + d * kernel[s + filter]
      }
    }
  }

  return {
    shape: [down.places, across.places, filters],
    sum(x, before) {
      let at = 0
      for (let row = 0; row < down.places; row += 1) {
        for (let column = 0; column < across.places; column += 1) {
          for (let group = 0; group < groups; group += 1, at += each) {
            if (bias) for (let filter = 0; filter < each; filter += 1) sums[filter] = bias[group * each + filter]
            else sums.fill(0)
            add(gather(x, row * strides[0] - down.before, column * strides[1] - across.before, group))
            before.set(sums, at)
          }
        }
      }
    },
  }
}

function dense(kernel, bias, inputs, units) {
  const sums = new Float64Array(units)
  return (x, before) => {
    for (let start = 0, at = 0; start < x.length; start += inputs, at += units) {
      if (bias) sums.set(bias)
      else sums.fill(0)
      for (let i = 0; i < inputs; i += 1) {
        const value = x[start + i]
        if (value === 0) continue
        for (let unit = 0, weight = i * units; unit < units; unit += 1, weight += 1)
          sums[unit] += value * kernel[weight]
      }
      before.set(sums, at)
    }
  }
}

// A pooling by `begin`, `join(kept, value)` and `end(kept, cells)`; cells of padding do not count.
function pool({ pool_size: size, strides, padding }, [height, width, channels], { begin, join, end }) {
  const down = slide(height, size[0], strides[0], 1, padding)
  const across = slide(width, size[1], strides[1], 1, padding)
  return {
    shape: [down.places, across.places, channels],
    sum(x, before) {
      let at = 0
      for (let row = 0; row < down.places; row += 1) {
        const [top, bottom] = inside(row * strides[0] - down.before, size[0], height)
        for (let column = 0; column < across.places; column += 1) {
          const [left, right] = inside(column * strides[1] - across.before, size[1], width)
          const cells = (bottom - top) * (right - left)
          for (let channel = 0; channel < channels; channel += 1, at += 1) {
            let kept = begin
            for (let i = top; i < bottom; i += 1) {
              for (let j = left; j < right; j += 1) kept = join(kept, x[(i * width + j) * channels + channel])
            }
            before[at] = end(kept, cells)
          }
        }
      }
    },
    activate: null,
  }
}

const inside = (first, size, side) => [Math.max(0, first), Math.min(side, first + size)]

const MAX = { begin: -Infinity, join: (kept, value) => (value > kept ? value : kept), end: (kept) => kept }
const MEAN = { begin: 0, join: (kept, value) => kept + value, end: (kept, cells) => kept / cells }

function poolAll({ keepdims }, [height, width, channels], how) {
  const whole = { pool_size: [height, width], strides: [height, width], padding: "valid" }
  return { ...pool(whole, [height, width, channels], how), shape: keepdims ? [1, 1, channels] : [channels] }
}

const elementwise = (shape, activate) => ({ shape, sum: null, activate })
const unchanged = (shape) => elementwise(shape, null)

/** @type {Record<string, (settings: any, weights: Record<string, Float32Array>, shape: any) => any>} */
export const KINDS = {
  Conv2D: (settings, { kernel, bias }, shape) => ({
    ...convolve(settings, kernel, bias, shape, settings.groups, settings.filters),
    activate: ending(settings.activation),
  }),
  DepthwiseConv2D: (settings, { kernel, bias }, shape) => ({
    ...convolve(settings, kernel, bias, shape, shape[2], shape[2] * settings.depth_multiplier),
    activate: ending(settings.activation),
  }),
  SeparableConv2D(settings, { depthwise_kernel, pointwise_kernel, bias }, shape) {
    const maps = shape[2] * settings.depth_multiplier
    const depthwise = convolve(settings, depthwise_kernel, null, shape, shape[2], maps)
    const [rows, columns] = depthwise.shape
    const between = new Float32Array(rows * columns * maps)
    const mix = dense(pointwise_kernel, bias, maps, settings.filters)
    return {
      shape: [rows, columns, settings.filters],
      sum(x, before) {
        depthwise.sum(x, between)
        mix(between, before)
      },
      activate: ending(settings.activation),
    }
  },
  Dense: (settings, { kernel, bias }, shape) => ({
    shape: [...shape.slice(0, -1), settings.units],
    sum: dense(kernel, bias, last(shape), settings.units),
    activate: ending(settings.activation),
  }),
  MaxPooling2D: (settings, _, shape) => pool(settings, shape, MAX),
  AveragePooling2D: (settings, _, shape) => pool(settings, shape, MEAN),
  GlobalMaxPooling2D: (settings, _, shape) => poolAll(settings, shape, MAX),
  GlobalAveragePooling2D: (settings, _, shape) => poolAll(settings, shape, MEAN),
  ZeroPadding2D({ padding: [[top, bottom], [left, right]] }, _, [height, width, channels]) {
    const columns = left + width + right
    return {
      shape: [top + height + bottom, columns, channels],
      sum(x, before) {
        for (let row = 0; row < height; row += 1) {
          const line = x.subarray(row * width * channels, (row + 1) * width * channels)
          before.set(line, ((top + row) * columns + left) * channels)
        }
      },
      activate: null,
    }
  },
  BatchNormalization({ epsilon }, { gamma, beta, moving_mean: mean, moving_variance: variance }, shape) {
    const channels = last(shape)
    const factor = Float32Array.from(variance, (each, i) => (gamma ? gamma[i] : 1) / Math.sqrt(each + epsilon))
    const shift = Float32Array.from(mean, (each, i) => (beta ? beta[i] : 0) - each * factor[i])
    return {
      shape,
      sum(x, before) {
        for (let i = 0; i < x.length; i += 1) before[i] = x[i] * factor[i % channels] + shift[i % channels]
      },
      activate: null,
    }
  },
  Rescaling: ({ scale, offset }, _, shape) => ({
    shape,
    sum(x, before) {
      for (let i = 0; i < x.length; i += 1) before[i] = x[i] * scale + offset
    },
    activate: null,
  }),
  Flatten: (_settings, _weights, shape) => unchanged([count(shape)]),
  Dropout: (_settings, _weights, shape) => unchanged(shape),
  Activation: ({ activation }, _, shape) => elementwise(shape, ending(activation)),
  ReLU: (settings, _, shape) => elementwise(shape, rectify(settings)),
  LeakyReLU: ({ negative_slope: slope }, _, shape) => elementwise(shape, leaky(slope)),
  ELU: ({ alpha }, _, shape) => elementwise(shape, elu(alpha)),
  Softmax: (_settings, _weights, shape) => elementwise(shape, softmax),
}
