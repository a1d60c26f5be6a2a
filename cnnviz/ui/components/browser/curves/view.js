// Which part of the x axis is seen: everything, growing with the data, until the visitor zooms; then that part.

const ROOM = 1.015 // of the newest x: the mark of a last value is seen whole
const MIN_RANGE = { batches: 8, epochs: 0.05 }

export class View {
  full = [0, 1]
  zoom = null

  get range() {
    return this.zoom ?? this.full
  }

  get span() {
    return this.range[1] - this.range[0]
  }

  // `newest` is the largest x of all series.
  grow(newest, axis) {
    if (this.axis && this.axis !== axis) this.zoom = null
    this.axis = axis
    this.full = [0, (newest || 1) * ROOM]
    if (this.zoom && this.zoom[0] >= this.full[1]) this.zoom = null // another, shorter run
  }

  show(low, high) {
    const [first, last] = this.full
    const span = Math.max(high - low, Math.min(MIN_RANGE[this.axis], last - first))
    if (span >= (last - first) * 0.999) return this.reset()
    const start = Math.max(first, Math.min((low + high - span) / 2, last - span))
    this.zoom = [start, start + span]
  }

  // Times `factor`, what is at `x` staying where it is.
  scale(factor, x) {
    const [low, high] = this.range
    this.show(x - (x - low) * factor, x + (high - x) * factor)
  }

  move(by) {
    if (this.zoom) this.show(this.zoom[0] + by, this.zoom[1] + by)
  }

  // As little as brings `x` into view.
  reveal(x) {
    const [low, high] = this.range
    if (x < low) this.move(x - low)
    if (x > high) this.move(x - high)
  }

  reset() {
    this.zoom = null
  }
}
