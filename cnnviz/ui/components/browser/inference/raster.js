// Paints strokes as `cnnviz.core.drawing.strokes.render` does: the same polygons and discs as Pillow fills, pixel by
// pixel, four times as large, then averaged. What was painted stays, so that a stroke that grows costs its new points.

export const SIDE = 280
const OVERSAMPLING = 4
const LARGE = SIDE * OVERSAMPLING
const MAX_COORDINATE = 10 * SIDE

const up = (value) => (value >= 0 ? Math.floor(value + 0.5) : -Math.floor(0.5 - value))
const down = (value) => (value >= 0 ? Math.ceil(value - 0.5) : -Math.ceil(-value - 0.5))
const f32 = Math.fround
const clamp = (value) => Math.min(Math.max(value, -MAX_COORDINATE), MAX_COORDINATE)

/** Round to the nearest whole number, halves to the even one, as Python does. */
export function roundEven(value) {
  const low = Math.floor(value)
  const over = value - low
  return over > 0.5 || (over === 0.5 && low % 2) ? low + 1 : low
}

// Away from zero where it is half way, as C's roundf.
const roundAway = (value) => Math.sign(value) * Math.floor(Math.abs(value) + 0.5)

/** An edge of a polygon with whole corners; `slope` is columns a row, a float32. */
class Edge {
  constructor(x0, y0, x1, y1) {
    this.x0 = x0
    this.y0 = y0
    this.left = Math.min(x0, x1)
    this.right = Math.max(x0, x1)
    this.top = Math.min(y0, y1)
    this.bottom = Math.max(y0, y1)
    this.slope = y0 === y1 ? 0 : f32((x1 - x0) / (y1 - y0))
  }

  at(y) {
    return f32(f32((y - this.y0) * this.slope) + this.x0)
  }

  reaches(y) {
    return y >= this.top && y <= this.bottom
  }

  ends(y) {
    return y === this.top || y === this.bottom
  }
}

export class Raster {
  constructor() {
    this.large = new Uint8Array(LARGE * LARGE) // 1 under ink
    /** (SIDE, SIDE) of 0 to 255: how much of each pixel is under ink. */
    this.coverage = new Uint8Array(SIDE * SIDE)
    /** @type {{ stroke: number[], length: number }[]} what is painted */
    this.painted = []
    this.discs = new Map()
    this.meets = new Float64Array(8) // where a row meets the edges of a polygon
    this.clean()
  }

  /**
   * Paint a drawing and return its coverage, the same array each time.
   *
   * @param {number[][]} strokes each [width, x0, y0, x1, y1, ...]; one that is the same array as before has at most
   *   grown since
   */
  paint(strokes) {
    if (!this.growsTo(strokes)) this.clear()
    strokes.forEach((stroke, i) => {
      const before = this.painted[i]
      this.stroke(stroke, before ? before.length : 0)
      this.painted[i] = { stroke, length: stroke.length }
    })
    this.average()
    return this.coverage
  }

  // Whether everything that is painted is a part of these strokes.
  growsTo(strokes) {
    return this.painted.every(({ stroke, length }, i) => strokes[i] === stroke && stroke.length >= length)
  }

  clear() {
    this.large.fill(0)
    this.coverage.fill(0)
    this.painted = []
    this.clean()
  }

  // No row or column of `large` waits to be averaged.
  clean() {
    this.top = this.left = LARGE
    this.bottom = this.right = -1
  }

  // The points from place `from` of the stroke on, and the line that leads to the first of them.
  stroke(stroke, from) {
    const scaled = stroke[0] * OVERSAMPLING
    const width = Math.max(1, roundEven(scaled))
    const radius = Math.max(0, (scaled - 1) / 2)
    let before = null
    if (from > 2) before = [clamp(stroke[from - 2]), clamp(stroke[from - 1])]
    for (let i = Math.max(1, from); i < stroke.length; i += 2) {
      const point = [clamp(stroke[i]), clamp(stroke[i + 1])]
      if (before && before[0] === point[0] && before[1] === point[1]) continue
      const [x, y] = [point[0] * OVERSAMPLING, point[1] * OVERSAMPLING]
      if (before) this.line(before[0] * OVERSAMPLING, before[1] * OVERSAMPLING, x, y, width)
      this.disc(x, y, radius)
      before = point
    }
  }

  // A wide line: a rectangle with its corners at whole pixels.
  line(fromX, fromY, toX, toY, width) {
    const [x0, y0, x1, y1] = [fromX, fromY, toX, toY].map(Math.trunc)
    const [dx, dy] = [x1 - x0, y1 - y0]
    if (!dx && !dy) return this.span(x0, y0, x0)
    const length = Math.sqrt(dx * dx + dy * dy) // Math.hypot may be off by its last bit
    const half = (width - 1) / 2
    const [most, least] = [up(half) / length, down(half) / length]
    const [xLess, xMore] = [down(least * dy), down(most * dy)]
    const [yLess, yMore] = [down(least * dx), down(most * dx)]
    this.fill([
      new Edge(x0 - xLess, y0 + yMore, x1 - xLess, y1 + yMore),
      new Edge(x1 - xLess, y1 + yMore, x1 + xMore, y1 - yLess),
      new Edge(x1 + xMore, y1 - yLess, x0 + xMore, y0 - yLess),
      new Edge(x0 + xMore, y0 - yLess, x0 - xLess, y0 + yMore),
    ])
  }

  // A polygon, row by row: between the first and the second edge that a row meets, the third and the fourth.
  fill(edges) {
    const sloping = edges.filter((edge) => edge.top !== edge.bottom)
    for (const edge of edges) if (edge.top === edge.bottom) this.span(edge.left, edge.top, edge.right)
    const first = Math.max(0, Math.min(LARGE - 1, ...edges.map((edge) => edge.top)))
    const last = Math.min(LARGE, Math.max(0, ...edges.map((edge) => edge.bottom)))
    const { meets } = this
    for (let y = first; y <= last; y += 1) {
      let count = 0
      for (let i = 0; i < sloping.length; i += 1) {
        const edge = sloping[i]
        if (!edge.reaches(y)) continue
        const x = edge.at(y)
        const ends = edge.ends(y)
        if (ends && y === edge.bottom && y < last) count = insert(meets, insert(meets, count, x), x)
        else count = insert(meets, count, ends && edge.slope ? corner(edge, sloping.slice(0, i), y, x) : x)
      }
      for (let i = 1; i < count; i += 2) this.span(upF32(meets[i - 1]), y, downF32(meets[i]))
    }
  }

  disc(x, y, radius) {
    const [left, top, right, bottom] = [x - radius, y - radius, x + radius, y + radius].map(Math.trunc)
    const rows = this.discRows(right - left, bottom - top)
    for (let i = 0; i < rows.length; i += 3) this.span(left + rows[i], top + rows[i + 1], left + rows[i + 2])
  }

  // The rows of an ellipse that is `a` wider and `b` higher than a pixel: first column, row, last column, each.
  discRows(a, b) {
    const key = a * 4096 + b
    if (!this.discs.has(key)) this.discs.set(key, ellipse(a, b))
    return this.discs.get(key)
  }

  // Columns `from` to `to` of a row, both included.
  span(from, y, to) {
    if (y < 0 || y >= LARGE || from >= LARGE || to < 0) return
    const [first, last] = [Math.max(0, from), Math.min(LARGE - 1, to)]
    if (first > last) return
    this.large.fill(1, y * LARGE + first, y * LARGE + last + 1)
    if (y < this.top) this.top = y
    if (y > this.bottom) this.bottom = y
    if (first < this.left) this.left = first
    if (last > this.right) this.right = last
  }

  // Each pixel is the mean of its 4 × 4 parts, rounded.
  average() {
    const { large, coverage } = this
    const [top, bottom] = [this.top >> 2, this.bottom >> 2]
    const [left, right] = [this.left >> 2, this.right >> 2]
    for (let row = top; row <= bottom; row += 1) {
      for (let column = left; column <= right; column += 1) {
        let sum = 0
        for (let part = 4 * row * LARGE + 4 * column, end = part + 4 * LARGE; part < end; part += LARGE) {
          sum += large[part] + large[part + 1] + large[part + 2] + large[part + 3]
        }
        coverage[row * SIDE + column] = (255 * sum + 8) >> 4
      }
    }
    this.clean()
  }
}

// Put a number in its place among the first `count`, which are in order; return how many they are now.
function insert(numbers, count, x) {
  let place = count
  for (; place && numbers[place - 1] > x; place -= 1) numbers[place] = numbers[place - 1]
  numbers[place] = x
  return count + 1
}

const upF32 = (value) => (value >= 0 ? Math.floor(f32(value + 0.5)) : -Math.floor(f32(0.5 - value)))
const downF32 = (value) => (value >= 0 ? Math.ceil(f32(value - 0.5)) : -Math.ceil(f32(-value - 0.5)))

// Where two edges meet in a corner, their rows there are joined to the rows beside them, so that no row is left out of
// a flat tip: `x` is where `edge` meets the row, `others` are the edges before it.
function corner(edge, others, y, x) {
  const beside = y + (y === edge.bottom ? -1 : 1)
  for (const other of others) {
    if (!other.ends(y) || !other.slope) continue
    if (roundAway(x) !== roundAway(other.at(y))) continue
    if (!other.reaches(beside)) continue
    const [one, two] = [edge.at(beside), other.at(beside)]
    if (x > f32(one + 1) && x > f32(two + 1)) return roundAway(Math.max(one, two)) + 1
    if (x < f32(one - 1) && x < f32(two - 1)) return roundAway(Math.min(one, two)) - 1
    return x
  }
  return x
}

// Bresenham's ellipse on a grid of half pixels, from its rightmost place up; the rest is mirrored.
function ellipse(a, b) {
  const rows = []
  const [a2, b2] = [a * a, b * b]
  const off = (x, y) => Math.abs(a2 * y * y + b2 * x * x - a2 * b2)
  const row = (x, y) => {
    for (const each of y > 0 ? [y, -y] : [-y]) rows.push((a - x) >> 1, (each + b) >> 1, (a + x) >> 1)
  }
  const [endX, endY] = [a % 2, b]
  let [x, y] = [a, b % 2]
  row(x, y)
  while (x !== endX || y !== endY) {
    let [nextX, nextY] = [x, y + 2]
    let least = off(nextX, nextY)
    if (nextX > 1) {
      const diagonal = off(x - 2, y + 2)
      if (least > diagonal) {
        nextX = x - 2
        least = diagonal
      }
      if (least > off(x - 2, y)) [nextX, nextY] = [x - 2, y]
    }
    if (nextY > y) row(nextX, nextY)
    x = nextX
    y = nextY
  }
  return Int32Array.from(rows)
}
