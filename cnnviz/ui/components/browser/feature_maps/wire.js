// From the bytes that Python sent to blocks with values: a header, see shared/decode.js, padded so that the values
// start at a multiple of four, then the values of one block after the other.
import { decode as unpack } from "../shared/decode.js"

// Python's block: {id, title, subtitle, kind, rows, columns, maps, signed, always_signed, derive, ticks, levels, at}; `levels` is
// the value of the largest level, one for the block or one a map, where uint8 levels were sent instead of float32. Where
// there is a `check`, there are no values: see check.js.
export function decode(data) {
  const { header, buffer, start } = unpack(data)
  let before = null
  for (const block of header.blocks) {
    complete(block, header.mode === "publish")
    const source = before
    const make = block.derive === "relu" ? () => rectified(source.values) : () => values(block, buffer, start)
    later(block, "values", make)
    block.exact = block.derive === "relu" ? source.exact : !block.levels && !block.check
    before = block
  }
  return header
}

// What follows from a block's kind, a colour picture being one picture with three channels; and its name within a
// viewer, which for published blocks is the end of the id: "after" for "conv2d/after".
function complete(block, isPublished) {
  block.mixed = block.kind === "image" && block.maps === 3
  block.pictures = block.mixed ? 1 : block.maps
  block.name = isPublished ? block.id.split("/").at(-1) : block.id
}

// A property that is worked out when it is first read: what no viewer shows costs nothing.
function later(object, name, make) {
  const get = () => {
    const value = make()
    Object.defineProperty(object, name, { value })
    return value
  }
  Object.defineProperty(object, name, { get, enumerable: true, configurable: true })
}

function values(block, buffer, start) {
  const count = block.rows * block.columns * block.maps
  if (!block.levels) return new Float32Array(buffer, start + block.at, count)
  return fromLevels(new Uint8Array(buffer, start + block.at, count), block)
}

function fromLevels(levels, { signed, maps, levels: largest }) {
  const made = new Float32Array(levels.length)
  const [zero, steps] = signed ? [128, 127] : [0, 255]
  const unit = Float32Array.from({ length: maps }, (_, map) => largest[largest.length > 1 ? map : 0] / steps)
  for (let i = 0, map = 0; i < levels.length; i += 1) {
    made[i] = (levels[i] - zero) * unit[map]
    map = map + 1 === maps ? 0 : map + 1
  }
  return made
}

function rectified(values) {
  const made = new Float32Array(values.length)
  for (let i = 0; i < values.length; i += 1) if (values[i] > 0) made[i] = values[i]
  return made
}

const SHOWN = ["id", "title", "subtitle", "kind", "rows", "columns", "maps"]

// Equal for two headers whose elements on the page are the same but for their numbers and colours.
export function structure({ mode, labels, blocks }) {
  return JSON.stringify([mode, labels, blocks.map((block) => SHOWN.map((name) => block[name]))])
}
