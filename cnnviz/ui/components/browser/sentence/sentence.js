// A sentence about what is drawn. Data in: [{text, reads, nothing}]; with `reads`, the browser's own reading is said
// while the pen moves.
import { component } from "../shared/component.js"
import { element } from "../shared/elements.js"
import { follow } from "../shared/followers.js"
import { fill, percent } from "../shared/format.js"
import * as live from "../shared/live.js"
import { appendTerms } from "../shared/terms.js"

class Sentence {
  constructor(root) {
    this.root = root
    root.replaceChildren()
    this.text = element("p", "text", root)
    this.text.dataset.role = "sentence"
    this.shown = ""
    this.data = { text: "", reads: "", nothing: "" }
  }

  receive(data) {
    this.data = data
    this.say(data.text)
    if (!data.reads) return
    live.subscribe(this)
    if (live.newest()) this.showLive(live.newest())
  }

  showLive({ empty, digit, probabilities }) {
    const { reads, nothing } = this.data
    this.say(empty ? nothing : fill(reads, { digit, share: percent(probabilities[digit]) }))
  }

  restore() {
    this.say(this.data.text)
  }

  // The links stay where only the words around them change: one of them may have the focus.
  say(text) {
    if (text === this.shown) return
    this.shown = text
    const made = document.createElement("p")
    appendTerms(made, text)
    const [before, after] = [[...this.text.childNodes], [...made.childNodes]]
    const alike = before.length === after.length && before.every((node, i) => isAlike(node, after[i]))
    if (!alike) return this.text.replaceChildren(...after)
    before.forEach((node, i) => {
      if (node.textContent !== after[i].textContent) node.textContent = after[i].textContent
    })
  }
}

const isAlike = (one, other) =>
  one.nodeName === other.nodeName && (one.nodeType === Node.TEXT_NODE || one.href === other.href)

export default follow(component("sentence", Sentence, (sentence, { data }) => sentence.receive(data[0])))
