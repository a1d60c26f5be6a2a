// Publishes the values of a channel: Python's, and in their place the browser's own, while the pen moves and where Python
// has confirmed them.
import { publish, withdraw } from "../shared/channels.js"
import { want } from "../shared/followers.js"
import * as live from "../shared/live.js"
import { confirm, message } from "./live_blocks.js"

export class Publisher {
  constructor(root) {
    root.hidden = true
    this.root = root
    this.following = false
    this.channel = ""
    /** @type {import("../shared/channels.js").Message | null} */
    this.sent = null
  }

  receive({ channel, network, links, note, turn, texts, blocks, live: follows, checked }) {
    this.channel = channel
    this.following = false
    const reading = checked ? live.lifted() : null
    if (checked && !confirm(blocks, reading)) return this.stand(reading)
    const byId = new Map(blocks.map((block) => [block.id, block]))
    this.sent = { network, links, note, turn, texts, blocks: byId, reading }
    publish(channel, this.root, this.sent)
    if (!follows) return
    live.subscribe(this)
    if (live.newest()) this.showLive(live.newest())
  }

  // Python has read something else: until its values come, what the browser has read stays.
  stand(reading) {
    if (reading && this.sent) this.sent = { ...message(this.sent, reading), live: false, reading: null }
    want()
    if (live.newest()) this.showLive(live.newest())
  }

  showLive(answer) {
    this.following = true
    publish(this.channel, this.root, message(this.sent, answer))
  }

  restore() {
    if (!this.following) return
    this.following = false
    publish(this.channel, this.root, this.sent)
  }

  dispose() {
    withdraw(this.channel, this.root)
  }
}
