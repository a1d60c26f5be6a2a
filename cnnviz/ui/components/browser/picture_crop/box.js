// Frames on a picture: left, top, right and bottom in its pixels.

/** @typedef {[number, number, number, number]} Box */

export const MIN_SIDE = 8

/**
 * Return a value that is moved between two limits.
 *
 * @param {number} value
 * @param {number} low
 * @param {number} high
 */
const clamp = (value, low, high) => Math.min(Math.max(value, low), high)

/**
 * Return the box between two points, within the picture.
 *
 * @param {[number, number]} from
 * @param {[number, number]} to
 * @param {[number, number]} size
 * @returns {Box}
 */
export function between(from, to, size) {
  const [x, y] = [0, 1].map((axis) =>
    [from[axis], to[axis]].map((at) => clamp(Math.round(at), 0, size[axis])).sort((a, b) => a - b),
  )
  return [x[0], y[0], x[1], y[1]]
}

/**
 * Return a box that is moved, as far as the picture goes.
 *
 * @param {Box} box
 * @param {[number, number]} by
 * @param {[number, number]} size
 * @returns {Box}
 */
export function moved([left, top, right, bottom], by, size) {
  const x = clamp(Math.round(by[0]), -left, size[0] - right)
  const y = clamp(Math.round(by[1]), -top, size[1] - bottom)
  return [left + x, top + y, right + x, bottom + y]
}

/**
 * Return a box one of whose corners is moved; the other one stays, and neither passes it.
 *
 * @param {Box} box
 * @param {"start" | "end"} corner
 * @param {[number, number]} by
 * @param {[number, number]} size
 * @returns {Box}
 */
export function resized([left, top, right, bottom], corner, by, size) {
  const [x, y] = by.map(Math.round)
  if (corner === "start") {
    return [
      clamp(left + x, 0, Math.max(0, right - MIN_SIDE)),
      clamp(top + y, 0, Math.max(0, bottom - MIN_SIDE)),
      right,
      bottom,
    ]
  }
  return [
    left,
    top,
    clamp(right + x, Math.min(size[0], left + MIN_SIDE), size[0]),
    clamp(bottom + y, Math.min(size[1], top + MIN_SIDE), size[1]),
  ]
}

/**
 * Return whether a box is as large as can be read.
 *
 * @param {Box} box
 */
export const isLarge = ([left, top, right, bottom]) => right - left >= MIN_SIDE && bottom - top >= MIN_SIDE

/**
 * Return a box as percentages of the picture.
 *
 * @param {Box} box
 * @param {[number, number]} size
 */
export function shares([left, top, right, bottom], [width, height]) {
  return {
    left: (100 * left) / width,
    top: (100 * top) / height,
    right: (100 * right) / width,
    bottom: (100 * bottom) / height,
  }
}
