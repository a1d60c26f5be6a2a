// Which window is looked at, which are worked out, and playing through them.

const STEP = 1300 // ms a window while it plays at speed 1

export class Walk {
  constructor(changed) {
    this.changed = changed
    this.speed = 1
    this.count = 0
    this.at = 0
    /** @type {boolean[]} */
    this.known = []
    this.playing = false
    this.timer = undefined
    this.restart(0)
  }

  restart(count) {
    this.pause()
    Object.assign(this, { count, at: 0, known: Array(count).fill(false) })
  }

  get ended() {
    return this.at === this.count - 1 && this.known[this.at]
  }

  get atStart() {
    return this.at === 0 && !this.known[0]
  }

  // To a window; without guessing it is worked out at once.
  go(place, reveal) {
    this.at = Math.max(0, Math.min(this.count - 1, place))
    if (reveal) this.known[this.at] = true
    this.changed()
  }

  // First what this window gives, then the next window.
  forward(reveal) {
    if (!this.known[this.at]) this.go(this.at, true)
    else if (!this.ended) this.go(this.at + 1, reveal)
  }

  back(reveal) {
    this.go(this.at - 1, reveal)
  }

  toggle() {
    if (this.playing) this.pause()
    else this.play()
    this.changed()
  }

  // From the end it begins anew.
  play() {
    if (this.ended) this.restart(this.count)
    this.playing = true
    this.tick()
  }

  tick() {
    this.forward(true)
    if (this.ended) {
      this.pause()
      return this.changed()
    }
    this.timer = setTimeout(() => this.playing && this.tick(), STEP / this.speed)
  }

  pause() {
    clearTimeout(this.timer)
    if (this.playing) this.playing = false
  }
}
