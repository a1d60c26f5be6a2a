// From the bytes that Python sent to blocks with values. Layout: header length (uint32, little-endian), JSON header
// padded so that the payload starts at a multiple of four, then the values of one block after the other.

// Python's block: {id, title, subtitle, kind, rows, columns, maps, signed, derive, ticks, levels, at}; `levels` is
// the value of the largest level, one for the block or one a map, where uint8 levels were sent instead of float32.
export function decode(data) {
  const bytes = data.slice() // aligned: what arrives starts anywhere
  const length = new DataView(bytes.buffer).getUint32(0, true)
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)))
  const payload = bytes.buffer.slice(4 + length)
  let before = null
  for (const block of header.blocks) {
    block.values = block.derive === "relu" ? rectified(before.values) : values(block, payload)
    block.exact = block.derive === "relu" ? before.exact : !block.levels
    before = block
  }
  return header
}

function values(block, payload) {
  const count = block.rows * block.columns * block.maps
  if (!block.levels) return new Float32Array(payload, block.at, count)
  return fromLevels(new Uint8Array(payload, block.at, count), block)
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

// Equal for two headers whose elements on the page are the same but for their numbers and colours.
export function structure({ mode, labels, blocks, height, select }) {
  return JSON.stringify([mode, labels, height, select, blocks.map(({ values, levels, at, ...shown }) => shown)])
}
