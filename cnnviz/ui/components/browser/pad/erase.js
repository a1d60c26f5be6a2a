// Takes ink away without leaving the data model: strokes are cut where the eraser goes, and what is left of them are
// strokes again, so links and files know nothing of erasers.

const TOUCH = 1e-6 // share of a line: what only touches the eraser is not under it
const SHORTEST = 1 // canvas pixels: a shorter piece between two cuts would be left as a dot

/**
 * Return what is left of strokes once a round eraser has gone from one place to another.
 *
 * The line in the middle of a stroke is cut so that the round ends of what is left just touch the eraser: nothing stays
 * under it.
 *
 * @param {number[][]} strokes each [width, x0, y0, x1, y1, ...] in canvas pixels
 * @param {[number, number]} from
 * @param {[number, number]} to
 * @param {number} width diameter of the eraser in canvas pixels
 * @param {(value: number) => number} round to the steps in which coordinates are kept
 * @returns {number[][]} the same list if nothing was in the way
 */
export function erase(strokes, from, to, width, round) {
  let touched = false
  const left = strokes.flatMap((stroke) => {
    const pieces = cut(stroke, from, to, (width + stroke[0]) / 2)
    if (!pieces) return [stroke]
    touched = true
    return pieces.map((points) => [stroke[0], ...points.flat().map(round)]).filter(isLine)
  })
  return touched ? left : strokes
}

const isLine = ([, x, y, ...rest]) => rest.some((value, i) => Math.abs(value - (i % 2 ? y : x)) >= SHORTEST)

// The points of what is outside of the eraser, or null where all of the stroke is.
function cut([, ...numbers], from, to, reach) {
  /** @type {[number, number][]} */
  const points = Array.from({ length: numbers.length / 2 }, (_, i) => [numbers[2 * i], numbers[2 * i + 1]])
  if (points.length === 1) return inside(points[0], points[0], from, to, reach) ? [] : null
  const pieces = [[points[0]]]
  let touched = false
  for (let i = 1; i < points.length; i += 1) {
    const [p, q] = [points[i - 1], points[i]]
    const covered = inside(p, q, from, to, reach)
    const piece = pieces.at(-1)
    if (!covered) {
      piece.push(...(piece.length ? [q] : [p, q]))
      continue
    }
    touched = true
    const [first, last] = covered
    if (first > 0) piece.push(between(p, q, first))
    pieces.push(last < 1 ? [between(p, q, last), q] : [])
  }
  return touched ? pieces.filter((piece) => piece.length > 1) : null
}

/** @returns {[number, number]} */
const between = ([x0, y0], [x1, y1], share) => [x0 + (x1 - x0) * share, y0 + (y1 - y0) * share]

// From where to where the line p q lies within `reach` of the line a b, as shares of p q, or null. What is so near to a
// line is convex, so it is one piece: what lies in the discs around the ends and in the rectangle between them.
function inside(p, q, a, b, reach) {
  const found = [inDisc(p, q, a, reach), inDisc(p, q, b, reach), inRectangle(p, q, a, b, reach)].filter(Boolean)
  const first = Math.max(0, Math.min(...found.map(([low]) => low)))
  const last = Math.min(1, Math.max(...found.map(([, high]) => high)))
  return last - first > TOUCH ? [first, last] : null
}

function inDisc([x0, y0], [x1, y1], [cx, cy], reach) {
  const [dx, dy, fx, fy] = [x1 - x0, y1 - y0, x0 - cx, y0 - cy]
  const a = dx * dx + dy * dy
  const b = fx * dx + fy * dy
  const c = fx * fx + fy * fy - reach * reach
  if (!a) return c < 0 ? [0, 1] : null
  const root = b * b - a * c
  return root > 0 ? [(-b - Math.sqrt(root)) / a, (-b + Math.sqrt(root)) / a] : null
}

function inRectangle(p, q, [ax, ay], [bx, by], reach) {
  const length = Math.hypot(bx - ax, by - ay)
  if (!length) return null
  const [ux, uy] = [(bx - ax) / length, (by - ay) / length]
  const local = ([x, y]) => [(x - ax) * ux + (y - ay) * uy, (y - ay) * ux - (x - ax) * uy]
  const [[u0, v0], [u1, v1]] = [local(p), local(q)]
  const along = inSlab(u0, u1, 0, length)
  const across = inSlab(v0, v1, -reach, reach)
  if (!along || !across) return null
  const both = [Math.max(along[0], across[0]), Math.min(along[1], across[1])]
  return both[0] < both[1] ? both : null
}

function inSlab(from, to, low, high) {
  if (from === to) return low < from && from < high ? [-Infinity, Infinity] : null
  const ends = [(low - from) / (to - from), (high - from) / (to - from)]
  return [Math.min(...ends), Math.max(...ends)]
}
