// Publishes the values of a channel: Python's, and while the pen moves the browser's own in their place.
import { publish, withdraw } from "../shared/channels.js"
import * as live from "../shared/live.js"
import { message } from "./live_blocks.js"

export class Publisher {
  constructor(root) {
    root.hidden = true
    this.root = root
    this.following = false
    this.channel = ""
    /** @type {import("../shared/channels.js").Message | null} */
    this.sent = null
  }

  receive({ channel, network, links, note, turn, texts, blocks, live: follows }) {
    this.channel = channel
    this.sent = { network, links, note, turn, texts, blocks: new Map(blocks.map((block) => [block.id, block])) }
    this.following = false
    publish(channel, this.root, this.sent)
    if (!follows) return
    live.subscribe(this)
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
