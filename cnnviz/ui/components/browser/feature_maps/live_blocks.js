// The blocks that Python sent with the values that the browser has worked out itself: same pictures, same words, same
// rules for colours and ranges. And those that Python has only confirmed.
import { agree } from "./check.js"

/** @typedef {import("../inference/reader.js").Answer} Answer */

/**
 * Return the header of a strip with the browser's values.
 *
 * @param {any} header as Python sent it: blocks with a layer's name as their id, and "input"
 * @param {Answer} answer
 */
export function strip(header, answer) {
  const last = header.blocks.at(-1)
  const blocks = header.blocks.map((block) => {
    const values = valuesOf(block.id, answer)
    return withValues(block, block === last && answer.empty ? new Float32Array(values.length) : values)
  })
  return {
    ...header,
    reading: answer,
    network: header.colour_range === "network" ? rangeOf(answer) : header.network,
    blocks,
  }
}

/**
 * Return the message of a channel with the browser's values.
 *
 * @param {import("../shared/channels.js").Message} sent what Python published: blocks such as `conv2d/before`
 * @param {Answer} answer
 * @returns {import("../shared/channels.js").Message}
 */
export function message(sent, answer) {
  const blocks = new Map()
  for (const [id, block] of sent.blocks) blocks.set(id, withValues(block, valuesOf(id, answer)))
  return { ...sent, live: true, reading: answer, texts: {}, network: sent.network && rangeOf(answer), blocks }
}

/**
 * Give blocks that Python has only confirmed the browser's values; return whether all of them agree with the engine's.
 *
 * @param {any[]} blocks as `decode` returns them
 * @param {Answer | null} answer
 */
export function confirm(blocks, answer) {
  for (const block of blocks) {
    const values = answer && valuesOf(block.id, answer)
    const alike = values?.length === block.rows * block.columns * block.maps
    if (block.check && !(alike && agree(values, block.check))) return false
  }
  let before = null
  for (const block of blocks) {
    if (block.check) Object.defineProperty(block, "values", { value: valuesOf(block.id, answer), enumerable: true })
    block.settled = Boolean(block.check || (block.derive && before?.settled))
    before = block
  }
  return true
}

// Of a block such as `conv2d/before`, or `conv2d` in a strip.
function valuesOf(id, answer) {
  if (id === "input") return answer.input
  const [name, stage = "after"] = id.split("/")
  return answer.layers.get(name)?.[stage]
}

// A block that the network does not have, as in the moment of another choice, stays as it was sent.
function withValues(block, values) {
  if (values?.length !== block.rows * block.columns * block.maps) return block
  const made = {}
  for (const name of Object.keys(block)) if (name !== "values") made[name] = block[name] // those would be unpacked
  const signed = block.kind !== "image" && (block.always_signed || hasNegative(values))
  return Object.assign(made, { values, signed, levels: null, check: null, settled: false, exact: false })
}

function hasNegative(values) {
  for (let i = 0; i < values.length; i += 1) if (values[i] < 0) return true
  return false
}

/**
 * Return the smallest and largest value of all layers that have maps, as `colour_scale.measure_network_range`.
 *
 * @param {Answer} answer
 * @returns {[number, number]}
 */
function rangeOf({ layers }) {
  let [low, high] = [Infinity, -Infinity]
  for (const { shape, before, after } of layers.values()) {
    if (shape.length < 3) continue
    for (const values of before === after ? [after] : [before, after]) {
      for (let i = 0; i < values.length; i += 1) {
        if (values[i] < low) low = values[i]
        if (values[i] > high) high = values[i]
      }
    }
  }
  return low > high ? [0, 1] : [low, high]
}
