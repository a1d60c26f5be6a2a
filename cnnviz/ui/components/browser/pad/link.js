// Sends the newest state to Python. While the pen is down one message at a time: the next one leaves when the last was
// answered, or none at all, where the browser reads the drawing itself. What ends a stroke, and undo and clear, leave at
// once.

const GIVE_UP = 2000 // ms without an answer, then send anyway
const SLOW = 60 // ms of round trip above which the pad holds back
const SLOW_GAP = 100 // ms between messages on a slow line: at most ten a second

export class Link {
  constructor(state, holds = () => false) {
    this.state = state
    this.holds = holds // whether nothing is to be sent while the pen is down
    /** @type {(message: object) => void} */
    this.send = null
    this.timer = undefined
    this.seq = 0
    this.waiting = false
    this.dirty = false
    this.sentAt = -Infinity
    this.roundTrip = 0
  }

  start(ack) {
    this.seq = Number.isSafeInteger(ack) ? ack : 0
    this.drop()
  }

  /** Whether Python has answered all that there is. */
  get settled() {
    return !this.waiting && !this.dirty
  }

  drop() {
    this.waiting = this.dirty = false
    clearTimeout(this.timer)
  }

  changed() {
    this.dirty = true
    this.pump()
  }

  answered(ack) {
    if (this.waiting && ack === this.seq) {
      this.waiting = false
      const took = performance.now() - this.sentAt
      this.roundTrip = this.roundTrip ? 0.7 * this.roundTrip + 0.3 * took : took
    }
    this.pump()
  }

  pump() {
    if (!this.dirty) return
    clearTimeout(this.timer)
    const state = this.state()
    if (state.down && this.holds()) return
    const since = performance.now() - this.sentAt
    const gap = !state.down ? 0 : this.waiting ? GIVE_UP : this.roundTrip > SLOW ? SLOW_GAP : 0
    if (since < gap) this.timer = setTimeout(() => this.pump(), gap - since)
    else this.post(state)
  }

  post(state) {
    this.seq += 1
    this.waiting = true
    this.dirty = false
    this.sentAt = performance.now()
    this.send({ ...state, seq: this.seq })
  }
}
