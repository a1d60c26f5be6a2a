// Reads a drawing as the server does: paints it, prepares it, and runs the network.
import { asKept } from "./kept.js"
import { prepare } from "./preprocessing.js"
import { Raster, SIDE } from "./raster.js"

const BORDER = 2 // pixels of paper around a digit in colour
const f32 = Math.fround

/** @typedef {import("./preprocessing.js").Picture} Picture */
/** @typedef {import("./network.js").Output} Output */

/**
 * @typedef {object} Answer
 * @property {boolean} empty whether there is nothing to read
 * @property {Float32Array} probabilities of each class
 * @property {number} digit the class with the largest
 * @property {Picture[]} steps the pictures of the preparation
 * @property {Float32Array} input what the network read
 * @property {number[]} inputShape
 * @property {Map<string, Output>} layers by name
 */

export class Reader {
  /**
   * @param {import("./network.js").Network} network
   * @param {string[]} steps of the preparation that are switched on
   * @param {[string, string] | null} colours ink and paper as "#1d4ed8", for a network that reads colour
   */
  constructor(network, steps, colours) {
    this.network = network
    this.steps = new Set(steps)
    this.colours = colours
    this.raster = new Raster()
  }

  /** The strokes that Python reads once the pen is up; null where that is not known here. */
  keep = asKept

  /**
   * Read a drawing.
   *
   * @param {number[][]} strokes as for `Raster.paint`
   * @returns {Answer}
   */
  read(strokes) {
    const steps = prepare(this.raster.paint(strokes), SIDE, this.steps)
    const digit = steps.at(-1)
    const unit = Float32Array.from(digit.data, (level) => level / 255)
    const input = this.colours ? colour(unit, digit.columns, .../** @type {[string, string]} */ (this.colours)) : unit
    const outputs = this.network.run(input)
    const probabilities = outputs.at(-1).after
    return {
      empty: !unit.some(Boolean),
      probabilities,
      digit: probabilities.indexOf(Math.max(...probabilities)),
      steps,
      input,
      inputShape: this.network.inputShape,
      layers: new Map(outputs.map((output) => [output.name, output])),
    }
  }
}

/**
 * Lay ink on paper, with a border: (side, side) of 0 to 1 to (side + 4, side + 4, 3), as `colour_digits.colour` does.
 *
 * @param {Float32Array} digit
 * @param {number} side
 * @param {string} ink
 * @param {string} paper
 */
export function colour(digit, side, ink, paper) {
  const [high, low] = [ink, paper].map((hex) => [1, 3, 5].map((at) => f32(parseInt(hex.slice(at, at + 2), 16) / 255)))
  const wide = side + 2 * BORDER
  const made = new Float32Array(wide * wide * 3)
  for (let i = 0; i < made.length; i += 1) {
    const [row, column] = [Math.floor(i / 3 / wide) - BORDER, (Math.floor(i / 3) % wide) - BORDER]
    const within = row >= 0 && row < side && column >= 0 && column < side
    const amount = within ? digit[row * side + column] : 0
    const channel = i % 3
    const mixed = f32(low[channel] + f32(amount * f32(high[channel] - low[channel])))
    made[i] = Math.min(1, Math.max(0, mixed))
  }
  return made
}
