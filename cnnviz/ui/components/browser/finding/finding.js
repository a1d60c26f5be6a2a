// What a layer did to the digit. Data in: [{channel, of}]; the text itself comes through the channel once the pen is
// up. Nothing goes back to Python.
import { published, subscribe, unsubscribe } from "../shared/channels.js"
import { component } from "../shared/component.js"
import { element, write } from "../shared/elements.js"

class Finding {
  constructor(root) {
    this.root = root
    this.channel = ""
    this.of = ""
    root.replaceChildren()
    this.text = element("p", "text", root)
    this.text.dataset.role = "finding"
  }

  receive({ channel, of }) {
    if (this.channel && this.channel !== channel) unsubscribe(this.channel, this)
    this.channel = channel
    this.of = of
    subscribe(channel, this)
    this.published()
  }

  // Without a text the pen is down: what stands here is of the digit before.
  published() {
    const message = published(this.channel)
    if (!message) return
    const text = message.texts?.[this.of]
    if (text) write(this.text, text)
    this.root.classList.toggle("stale", !text)
  }

  dispose() {
    unsubscribe(this.channel, this)
  }
}

export default component("finding", Finding, (finding, { data }) => finding.receive(data[0]))
