// Messages to Python. They are numbered, and Python tells with its data which one it has heard last (`ack`): as long as
// that is not the newest, its data lacks what the visitor did last.

/** The numbers of messages that leave as they come. */
export class Sequence {
  constructor() {
    this.last = 0
  }

  /** Return the number of the next message. */
  next() {
    this.last += 1
    return this.last
  }

  /**
   * Return whether Python has heard the newest message.
   *
   * @param {number} ack
   */
  answered(ack) {
    const isNewest = ack >= this.last
    this.last = Math.max(this.last, ack)
    return isNewest
  }
}

/**
 * Messages of which none may be lost: a state holds only the newest one, so all that Python has not heard leave together.
 */
export class Backlog {
  constructor() {
    this.sequence = new Sequence()
    /** @type {({ seq: number } & Record<string, any>)[]} */
    this.messages = []
  }

  /**
   * Add a message; return the state to send.
   *
   * @param {Record<string, any>} message
   */
  add(message) {
    this.messages.push({ ...message, seq: this.sequence.next() })
    return { messages: [...this.messages], seq: this.sequence.last }
  }

  /**
   * Drop the messages that Python has heard.
   *
   * @param {number} ack
   */
  answered(ack) {
    this.sequence.answered(ack)
    this.messages = this.messages.filter(({ seq }) => seq > ack)
  }
}

/** Sends one message at a time: the next one leaves when the last was answered, and of those that wait, the newest. */
export class AckedChannel {
  /**
   * @param {(message: object) => void} send
   * @param {number} [patience] milliseconds without an answer after which the next message is sent anyway
   */
  constructor(send, patience = Infinity) {
    this.send = send
    this.patience = patience
    /** @type {number | null} of the last message; unknown until Python has sent it */
    this.seq = null
    /** @type {(() => object) | null} makes the message that waits */
    this.next = null
    this.waiting = false
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined
  }

  /** Whether Python has seen everything that the visitor did. */
  get settled() {
    return !this.waiting && this.next === null
  }

  /**
   * Take note of an answer; return whether it is one to the newest message that has left.
   *
   * @param {number} ack
   */
  answered(ack) {
    const isNewest = ack >= (this.seq ?? 0)
    this.seq = Math.max(this.seq ?? 0, ack)
    if (this.waiting && !isNewest) return false
    this.stop()
    this.#pump()
    return isNewest
  }

  /**
   * Have a message sent; it is made when it leaves.
   *
   * @param {() => object} make
   */
  push(make) {
    this.next = make
    this.#pump()
  }

  /** Wait for no answer any more. */
  stop() {
    this.waiting = false
    clearTimeout(this.timer)
  }

  #pump() {
    if (this.next === null || this.waiting || this.seq === null) return
    this.seq += 1
    this.waiting = true
    const message = this.next()
    this.next = null
    if (this.patience < Infinity) this.timer = setTimeout(() => this.answered(this.seq), this.patience)
    this.send({ ...message, seq: this.seq })
  }
}
