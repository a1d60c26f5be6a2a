// Makes the 28 × 28 digit of a drawing, step by step, as `cnnviz.core.drawing.preprocessing.from_canvas` does.
import { roundEven } from "./raster.js"

/** @typedef {{ rows: number, columns: number, data: Uint8Array }} Picture 0 to 255, row by row */

export const DIGIT = 28
const BOX = 20
const MIN_CONTRAST = 16 // grey levels between ink and paper below which there is no ink
const f32 = Math.fround

/**
 * Prepare a drawing.
 *
 * @param {Uint8Array} coverage (side, side): how much of each pixel is under ink
 * @param {number} side
 * @param {Set<string>} steps those to apply, of "ink", "crop", "antialias", "fit", "centre"
 * @returns {Picture[]} the picture after each of the five; the last one is the digit
 */
export function prepare(coverage, side, steps) {
  const { ink, paper } = findInk(coverage)
  const bright = steps.has("ink")
  const picture = {
    rows: side,
    columns: side,
    data: bright ? ink : coverage.map((alpha) => 255 - alpha), // black ink over white
  }
  const cropped = steps.has("crop") ? cut(picture, boxOf(ink, side)) : picture
  const [rows, columns] = sizeOf(cropped, steps.has("fit"))
  const even = steps.has("antialias") ? blur(cropped, rows, columns) : cropped
  const small = resample(even, rows, columns)
  return [picture, cropped, even, small, place(small, bright ? 0 : paper, steps.has("centre"))]
}

// Where the canvas is the same all over there is no ink, not even if all of it is black.
function findInk(coverage) {
  let [least, most] = [255, 0]
  for (const alpha of coverage) {
    if (alpha < least) least = alpha
    if (alpha > most) most = alpha
  }
  if (least === most) return { ink: new Uint8Array(coverage.length), paper: 255 - least }
  return { ink: stretch(coverage, most), paper: 255 }
}

function stretch(alpha, most) {
  if (most === 255) return alpha
  if (most < MIN_CONTRAST) return new Uint8Array(alpha.length)
  const factor = f32(255 / most)
  return alpha.map((value) => f32(f32(value * factor) + 0.5))
}

/**
 * Return the first and last row and column with ink; all of it where there is none.
 *
 * @returns {[number, number, number, number]}
 */
function boxOf(ink, side) {
  let [top, bottom, left, right] = [side, -1, side, -1]
  for (let i = 0; i < ink.length; i += 1) {
    if (!ink[i]) continue
    const [row, column] = [Math.floor(i / side), i % side]
    if (row < top) top = row
    bottom = row
    if (column < left) left = column
    if (column > right) right = column
  }
  return bottom < 0 ? [0, side - 1, 0, side - 1] : [top, bottom, left, right]
}

function cut({ columns: width, data }, [top, bottom, left, right]) {
  const [rows, columns] = [bottom - top + 1, right - left + 1]
  const made = new Uint8Array(rows * columns)
  for (let row = 0; row < rows; row += 1) {
    const start = (top + row) * width + left
    made.set(data.subarray(start, start + columns), row * columns)
  }
  return { rows, columns, data: made }
}

function sizeOf({ rows, columns }, fit) {
  if (!fit) return [DIGIT, DIGIT]
  const longest = Math.max(rows, columns)
  return [rows, columns].map((length) => Math.max(1, roundEven((length * BOX) / longest)))
}

// Box blur with the width of one output pixel, across and then down, as Pillow's: whole numbers in between.
function blur({ rows, columns, data }, newRows, newColumns) {
  const [down, across] = [rows / newRows, columns / newColumns].map((old) => Math.max(0, (old - 1) / 2))
  let made = data
  if (across) made = blurLines(made, rows, columns, columns, 1, across)
  if (down) made = blurLines(made, columns, rows, 1, columns, down)
  return { rows, columns, data: made }
}

// Blur `lines` lines of `length` pixels; `next` leads from a line to the next, `step` from a pixel to the next.
function blurLines(data, lines, length, next, step, wide) {
  const made = new Uint8Array(data.length)
  const size = f32(wide)
  const radius = Math.trunc(size)
  // Weights of whole pixels and of those at both ends, in parts of 2 ** 24.
  const whole = Math.trunc(f32(16777216 / f32(f32(size * 2) + 1)))
  const ends = Math.floor((16777216 - (radius * 2 + 1) * whole) / 2)
  const last = length - 1
  for (let line = 0; line < lines; line += 1) {
    const start = line * next
    const at = (place) => data[start + (place < 0 ? 0 : place > last ? last : place) * step]
    let sum = 0
    for (let place = -radius - 1; place < radius; place += 1) sum += at(place)
    for (let place = 0; place < length; place += 1) {
      sum += at(place + radius) - at(place - radius - 1)
      const bulk = sum * whole + (at(place - radius - 1) + at(place + radius + 1)) * ends
      made[start + place * step] = Math.floor((bulk + 8388608) / 16777216)
    }
  }
  return made
}

// The pixel under the centre of each new one.
function resample({ rows, columns, data }, newRows, newColumns) {
  const nearest = (count, old) =>
    Array.from({ length: count }, (_, i) => Math.min(Math.trunc((i + 0.5) * (old / count)), old - 1))
  const across = nearest(newColumns, columns)
  const made = nearest(newRows, rows).flatMap((row) => across.map((column) => data[row * columns + column]))
  return { rows: newRows, columns: newColumns, data: Uint8Array.from(made) }
}

// On 28 × 28 paper, without what lies beyond its edge.
function place({ rows, columns, data }, blank, byMass) {
  const [down, across] = [new Array(rows).fill(0), new Array(columns).fill(0)]
  data.forEach((value, i) => {
    const ink = Math.abs(value - blank)
    down[Math.floor(i / columns)] += ink
    across[i % columns] += ink
  })
  const [top, left] = [position(down, byMass), position(across, byMass)]
  const made = new Uint8Array(DIGIT * DIGIT).fill(blank)
  for (let row = Math.max(0, -top); row < rows && top + row < DIGIT; row += 1) {
    for (let column = Math.max(0, -left); column < columns && left + column < DIGIT; column += 1) {
      made[(top + row) * DIGIT + left + column] = data[row * columns + column]
    }
  }
  return { rows: DIGIT, columns: DIGIT, data: made }
}

// Where the first row or column goes: the centre of mass, or of the box, into the middle.
function position(mass, byMass) {
  const total = mass.reduce((sum, each) => sum + each, 0)
  if (!byMass || !total) return Math.floor((DIGIT - mass.length + 1) / 2)
  const moment = mass.reduce((sum, each, i) => sum + each * i, 0)
  return Math.ceil(DIGIT / 2 - moment / total - 0.5)
}
