// Which value gets which colour. Values that are never negative run from 0 up, so that dark always means nothing;
// signed ones run as far below zero as above it. `tops` has one largest size a map.
import { pixel, ZERO } from "./colours.js"

export function tops(block, { colour_range: range, network }) {
  if (range === "network" && network && block.kind === "maps") return shared(block, topOf(block, ...network))
  const each = largest(block)
  return range === "map" || block.kind === "bars" ? each : shared(block, Math.max(0, ...each))
}

const topOf = ({ signed }, low, high) => Math.max(0, high, signed ? -low : 0)

const shared = ({ maps }, top) => new Float32Array(maps).fill(top)

function largest({ values, maps, signed }) {
  const each = new Float32Array(maps)
  for (let i = 0, map = 0; i < values.length; i += 1) {
    const size = signed && values[i] < 0 ? -values[i] : values[i]
    if (size > each[map]) each[map] = size
    map = map + 1 === maps ? 0 : map + 1
  }
  return each
}

// The values between which bars are drawn: of a share the whole is a full bar, of other values the largest one.
export function barSpan({ values, full }) {
  const low = values.reduce((least, value) => Math.min(least, value), 0)
  return { low, high: full ?? values.reduce((most, value) => Math.max(most, value), 0) }
}

// The place of a value in a table of 256 colours; a map of zeros has the colour of zero.
export function level(value, top, signed) {
  const share = top > 0 ? Math.max(-1, Math.min(1, value / top)) : 0
  return signed ? ZERO + Math.round(share * 127) : Math.round(Math.max(0, share) * 255)
}

// All maps as pixels, in an image of `across` maps a row and one pixel a value. What is not a number has no place in the
// table of colours; its pixel stays 0, which is transparent.
export function pixels(block, top, colours, across) {
  const { values, rows, columns, maps, signed } = block
  const width = across * columns
  const image = new Uint32Array(width * Math.ceil(maps / across) * rows)
  const start = Uint32Array.from(
    { length: maps },
    (_, map) => Math.floor(map / across) * rows * width + (map % across) * columns,
  )
  const steps = signed ? 127 : 255
  const zero = (signed ? ZERO : 0) + 0.5
  const lowest = signed ? 1 : 0
  const scale = Float64Array.from(top, (size) => (size > 0 ? steps / size : 0))
  let i = 0
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const here = row * width + column
      for (let map = 0; map < maps; map += 1, i += 1) {
        const place = Math.floor(values[i] * scale[map] + zero)
        image[start[map] + here] = colours[place < lowest ? lowest : place > 255 ? 255 : place]
      }
    }
  }
  return { image, width, height: image.length / width }
}

// A colour picture: three channels in [0, 1].
export function mixed({ values, rows, columns }) {
  const image = new Uint32Array(rows * columns)
  const byte = (value) => Math.round(Math.max(0, Math.min(1, value)) * 255)
  for (let i = 0; i < image.length; i += 1) {
    image[i] = pixel(byte(values[3 * i]), byte(values[3 * i + 1]), byte(values[3 * i + 2]))
  }
  return { image, width: columns, height: rows }
}
