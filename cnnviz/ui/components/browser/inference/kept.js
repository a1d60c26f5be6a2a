// The strokes as a link keeps them, which is what Python reads once the pen is up: see `core/drawing/url_codec.py`.
import { roundEven } from "./raster.js"

const TOLERANCE = 0.5 // pixels by which a point may be off the line that is left without it
const WIDTH_STEP = 0.5 // of brushes, in pixels
const MAX_COORDINATE = 1000
const MAX_STROKES = 200
const MAX_POINTS = 1400 // each takes one byte at least, and a text of 2,000 characters has 1,490
const MAX_BYTES = 1480 // of the strokes; what is longer may have to be simplified more

/**
 * Return strokes as a link keeps them; null where that depends on how well they can be compressed.
 *
 * @param {number[][]} strokes each [width, x0, y0, x1, y1, ...]
 * @returns {number[][] | null}
 */
export function asKept(strokes) {
  if (strokes.length > MAX_STROKES) return null
  const kept = []
  let [bytes, x, y] = [0, 0, 0]
  for (const [width, ...numbers] of strokes) {
    const points = quantize(numbers)
    const steps = Math.max(1, roundEven(width / WIDTH_STEP))
    bytes += size(steps) + size(points.length)
    for (const [nextX, nextY] of points) {
      bytes += size(zigzag(nextX - x)) + size(zigzag(nextY - y))
      ;[x, y] = [nextX, nextY]
    }
    if (bytes > MAX_BYTES || points.length > MAX_POINTS) return null
    kept.push([steps * WIDTH_STEP, ...points.flat()])
  }
  return kept
}

// Whole pixels, simplified before rounding too, because rounding turns slopes into stairs.
function quantize(numbers) {
  const points = []
  for (let i = 0; i < numbers.length; i += 2) points.push([numbers[i], numbers[i + 1]])
  return simplify(simplify(points).map((point) => point.map(roundCoordinate)))
}

// Without -0, which a link does not know.
const roundCoordinate = (value) => roundEven(Math.min(Math.max(value, -MAX_COORDINATE), MAX_COORDINATE)) + 0

// Ramer, Douglas and Peucker: both ends, and between them the farthest point as long as it is too far from the line.
function simplify(points) {
  const kept = new Set([0, points.length - 1])
  const open = [[0, points.length - 1]]
  while (open.length) {
    const [first, last] = open.pop()
    const [distance, farthest] = findFarthest(points, first, last)
    if (distance <= TOLERANCE * TOLERANCE) continue
    kept.add(farthest)
    open.push([first, farthest], [farthest, last])
  }
  const left = [...kept].sort((one, other) => one - other).map((index) => points[index])
  return left.filter(([x, y], i) => i === 0 || x !== left[i - 1][0] || y !== left[i - 1][1])
}

function findFarthest(points, first, last) {
  const [[x0, y0], [x1, y1]] = [points[first], points[last]]
  const [alongX, alongY] = [x1 - x0, y1 - y0]
  const length = alongX * alongX + alongY * alongY || 1
  let [most, farthest] = [0, first]
  for (let i = first + 1; i < last; i += 1) {
    let [acrossX, acrossY] = [points[i][0] - x0, points[i][1] - y0]
    const part = Math.min(Math.max((acrossX * alongX + acrossY * alongY) / length, 0), 1)
    acrossX -= part * alongX
    acrossY -= part * alongY
    const distance = acrossX * acrossX + acrossY * acrossY
    if (distance > most) [most, farthest] = [distance, i]
  }
  return [most, farthest]
}

// Bytes of a number in LEB128, which has seven bits a byte.
function size(value) {
  let bytes = 1
  for (let left = value; left > 127; left = Math.floor(left / 128)) bytes += 1
  return bytes
}

const zigzag = (value) => (value >= 0 ? value * 2 : -value * 2 - 1)
