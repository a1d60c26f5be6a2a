// Activation functions, as in `cnnviz.core.layers.activations.functions`, from one array into another of the same length.

/** @typedef {(values: Float32Array, made: Float32Array, channels: number) => void} Activation */

/**
 * Return an activation that treats each value by itself.
 *
 * @param {(x: number) => number} apply
 * @returns {Activation}
 */
const each = (apply) => (values, made) => {
  for (let i = 0; i < values.length; i += 1) made[i] = apply(values[i])
}

const sigmoid = (x) => {
  const decay = Math.exp(-Math.abs(x))
  return (x >= 0 ? 1 : decay) / (1 + decay)
}

export const leaky = (slope) => each((x) => (x > 0 ? x : slope * x))

export const elu = (alpha) => each((x) => (x > 0 ? x : alpha * Math.expm1(x)))

/** x from `threshold` on, at most `most`, and `slope` (x - threshold) below it; `most` may be null. */
export const rectify = ({ max_value: most, negative_slope: slope, threshold }) =>
  each((x) => {
    const above = threshold === 0 ? x >= 0 : x > threshold
    return above ? (most === null ? x : Math.min(x, most)) : slope * (x - threshold)
  })

/** @type {Activation} along the last axis */
export function softmax(values, made, channels) {
  for (let start = 0; start < values.length; start += channels) {
    let [most, sum] = [-Infinity, 0]
    for (let i = start; i < start + channels; i += 1) if (values[i] > most) most = values[i]
    for (let i = start; i < start + channels; i += 1) sum += Math.exp(values[i] - most)
    for (let i = start; i < start + channels; i += 1) made[i] = Math.exp(values[i] - most) / sum
  }
}

/** @type {Record<string, Activation>} what is fused into a layer; "linear" leaves the values as they are */
export const ACTIVATIONS = {
  relu: (values, made) => {
    for (let i = 0; i < values.length; i += 1) made[i] = values[i] > 0 ? values[i] : 0
  },
  leaky_relu: leaky(0.2),
  elu: elu(1),
  silu: each((x) => x * sigmoid(x)),
  tanh: each(Math.tanh),
  sigmoid: each(sigmoid),
  softmax,
}
