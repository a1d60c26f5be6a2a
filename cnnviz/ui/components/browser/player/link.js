// Sends the newest moment to Python, one message at a time: the next one leaves when the last was answered.

const GIVE_UP = 3000 // ms without an answer, then send anyway

export class Link {
  constructor(send) {
    this.send = send
    this.seq = null
    this.next = null
    this.waiting = false
  }

  // Whether Python has seen everything that the visitor did.
  get settled() {
    return !this.waiting && this.next === null
  }

  // `ack` is the running number of the last message that Python has heard.
  answered(ack) {
    this.seq = Math.max(this.seq ?? 0, ack)
    if (this.waiting && ack < this.seq) return
    this.stop()
    this.pump()
  }

  go(index) {
    this.next = index
    this.pump()
  }

  pump() {
    if (this.next === null || this.waiting || this.seq === null) return
    this.seq += 1
    this.waiting = true
    const index = this.next
    this.next = null
    this.timer = setTimeout(() => this.answered(this.seq), GIVE_UP)
    this.send({ index, seq: this.seq })
  }

  stop() {
    this.waiting = false
    clearTimeout(this.timer)
  }
}
