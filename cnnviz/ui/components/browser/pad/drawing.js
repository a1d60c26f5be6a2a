// The drawing in the browser: strokes as [width, x0, y0, ...], what undo goes back to and what redo goes on to. Lists
// are replaced, never changed, except the stroke under the pen.
import { erase } from "./erase.js"

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
    this.future = []
    this.end()
  }

  get points() {
    return count(this.strokes)
  }

  get full() {
    return this.strokes.length >= this.limits.strokes || this.points >= this.limits.points
  }

  // Whether the pen or the eraser is on the paper.
  get busy() {
    return this.open !== null || this.eraser !== null
  }

  // Before a change: what undo will go back to.
  keep() {
    this.past.push(this.strokes)
    this.undone = this.future
    this.future = []
  }

  // Put the pen down; `anew` takes everything else off the paper, until undo brings it back.
  begin(x, y, width, anew = false) {
    if (this.full) return false
    this.keep()
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

  // Put the eraser down; `rub` says what it does there.
  beginErasing(x, y, width) {
    this.keep()
    this.eraser = { x, y, width }
  }

  // Move the eraser: true where it took ink away, false where there was none, null where the cuts would make more
  // strokes or points than a drawing may have.
  rub(x, y) {
    const { eraser, limits } = this
    if (!eraser) return false
    const left = erase(this.strokes, [eraser.x, eraser.y], [x, y], eraser.width, (value) => this.half(value))
    Object.assign(eraser, { x, y })
    if (left === this.strokes) return false
    if (left.length > limits.strokes || count(left) > limits.points) return null
    this.strokes = left
    return true
  }

  end() {
    if (this.eraser && this.strokes === this.past.at(-1)) this.takeBack()
    this.open = this.eraser = null
  }

  // As if the pen, or the eraser, had never touched the paper.
  takeBack() {
    this.strokes = this.past.pop()
    this.future = this.undone
  }

  // Take what the pen has just drawn back; redo brings it again if it was more than a tap.
  drop() {
    if (!this.busy) return
    const { strokes, slight } = this
    this.takeBack()
    if (!slight) this.future = [strokes]
    this.open = this.eraser = null
  }

  // Whether nothing was done but to touch the paper, give or take the width of a finger.
  get slight() {
    if (this.eraser) return this.strokes === this.past.at(-1)
    const [, x, y, ...rest] = this.open ?? [0, 0, 0]
    return rest.every((value, i) => Math.abs(value - (i % 2 ? y : x)) < TAP)
  }

  clear() {
    if (!this.strokes.length) return false
    this.keep()
    this.strokes = []
    return true
  }

  undo() {
    this.end()
    if (!this.undoable) return false
    this.future.push(this.strokes)
    this.strokes = this.past.pop() ?? this.strokes.slice(0, -1)
    return true
  }

  redo() {
    this.end()
    if (!this.redoable) return false
    this.past.push(this.strokes)
    this.strokes = this.future.pop()
    return true
  }

  get undoable() {
    return this.past.length > 0 || this.strokes.length > 0
  }

  get redoable() {
    return this.future.length > 0
  }
}

const count = (strokes) => strokes.reduce((sum, stroke) => sum + (stroke.length - 1) / 2, 0)
