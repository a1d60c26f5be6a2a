// The drawing in the browser: strokes as [width, x0, y0, ...] and what undo goes back to. Lists are replaced,
// never changed, except the stroke under the pen.

const STEP = 1 // points closer than this to the last one say nothing new
const TAP = 16 // canvas pixels that a finger moves before another joins it

export class Drawing {
  constructor() {
    this.limits = { strokes: 0, points: 0, reach: 0 } // Python sends them; reach: furthest coordinate, in canvas pixels
    this.load([])
  }

  half(value) {
    const { reach } = this.limits
    return Math.round(Math.max(-reach, Math.min(reach, value)) * 2) / 2
  }

  load(strokes) {
    this.strokes = strokes.map((stroke) => [...stroke])
    this.past = []
    this.open = null
  }

  get points() {
    return this.strokes.reduce((sum, stroke) => sum + (stroke.length - 1) / 2, 0)
  }

  get full() {
    return this.strokes.length >= this.limits.strokes || this.points >= this.limits.points
  }

  // Put the pen down; `anew` takes everything else off the paper, until undo brings it back.
  begin(x, y, width, anew = false) {
    if (this.full) return false
    this.past.push(this.strokes)
    this.open = [width, this.half(x), this.half(y)]
    this.left = this.limits.points - this.points
    this.strokes = anew ? [this.open] : [...this.strokes, this.open]
    return true
  }

  move(x, y) {
    const stroke = this.open
    if (!stroke || stroke.length / 2 >= this.left) return false
    const [lastX, lastY] = stroke.slice(-2)
    if (Math.hypot(x - lastX, y - lastY) < STEP) return false
    stroke.push(this.half(x), this.half(y))
    return true
  }

  end() {
    this.open = null
  }

  // Take the stroke under the pen back, as if the pen had never touched the paper.
  drop() {
    if (!this.open) return
    this.strokes = this.past.pop()
    this.open = null
  }

  // Whether the pen is still where it touched the paper, give or take the width of a finger.
  get barelyBegun() {
    const [, x, y, ...rest] = this.open ?? [0, 0, 0]
    return rest.every((value, i) => Math.abs(value - (i % 2 ? y : x)) < TAP)
  }

  clear() {
    if (!this.strokes.length) return false
    this.past.push(this.strokes)
    this.strokes = []
    return true
  }

  undo() {
    this.end()
    if (!this.past.length && !this.strokes.length) return false
    this.strokes = this.past.pop() ?? this.strokes.slice(0, -1)
    return true
  }

  get undoable() {
    return this.past.length > 0 || this.strokes.length > 0
  }
}
