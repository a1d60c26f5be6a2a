// The blocks that Python sent with the values that the browser has worked out itself: same pictures, same words, same
// rules for colours and ranges.

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
    if (block.id === "input") return withValues(block, answer.input)
    const layer = answer.layers.get(block.id)
    return withValues(block, block === last && answer.empty ? new Float32Array(layer.after.length) : layer?.after)
  })
  return { ...header, network: header.colour_range === "network" ? rangeOf(answer) : header.network, blocks }
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
  for (const [id, block] of sent.blocks) {
    const [name, stage] = id.split("/")
    blocks.set(id, withValues(block, answer.layers.get(name)?.[stage]))
  }
  return { ...sent, live: true, texts: {}, network: sent.network && rangeOf(answer), blocks }
}

// A block that the network does not have, as in the moment of another choice, stays as it was sent.
function withValues(block, values) {
  if (values?.length !== block.rows * block.columns * block.maps) return block
  const made = {}
  for (const name of Object.keys(block)) if (name !== "values") made[name] = block[name] // those would be unpacked
  const signed = block.kind !== "image" && (block.always_signed || hasNegative(values))
  return Object.assign(made, { values, signed, levels: null, exact: false })
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
