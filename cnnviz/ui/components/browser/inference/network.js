// A network in the browser: read from the file that `cnnviz.core.networks.browser_file` packs, and run.
import { decode } from "../shared/decode.js"
import { KINDS } from "./layers.js"

/**
 * @typedef {object} Output what a layer made of the digit; valid until the network runs again
 * @property {string} name of the layer
 * @property {number[]} shape
 * @property {Float32Array} before the values before the activation; the layer's input for an activation layer
 * @property {Float32Array} after the values after it; the same array where there is none
 */

export class Network {
  /** @param {Uint8Array} file throws where it has a kind of layer or an activation that is not known here */
  constructor(file) {
    const { header, buffer, start } = decode(file)
    this.name = header.name
    /** @type {number[]} rows, columns and channels of what it reads */
    this.inputShape = header.input_shape
    const weights = {}
    for (const { layer, name, at, count } of header.weights) {
      weights[layer] ??= {}
      weights[layer][name] = new Float32Array(buffer, start + at, count)
    }
    let shape = this.inputShape
    this.layers = header.layers.map((settings) => {
      const kind = KINDS[settings.kind]
      if (!kind) throw new Error(`the layer kind ${settings.kind} is not known`)
      const layer = kind(settings, weights[settings.name] ?? {}, shape)
      shape = layer.shape
      const length = shape.reduce((product, side) => product * side, 1)
      const [sums, results] = [layer.sum, layer.activate].map((used) => (used ? new Float32Array(length) : null))
      return { ...layer, name: settings.name, sums, results }
    })
  }

  /**
   * Compute every layer's values.
   *
   * @param {Float32Array} input of the input shape
   * @returns {Output[]}
   */
  run(input) {
    let x = input
    return this.layers.map(({ name, shape, sum, activate, sums, results }) => {
      if (sum) sum(x, sums)
      const before = sums ?? x
      const after = results ?? before
      if (activate) activate(before, after, shape.at(-1))
      x = after
      return { name, shape, before, after }
    })
  }
}
