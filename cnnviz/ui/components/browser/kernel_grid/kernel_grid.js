// A kernel to edit. Data in: [{values, ack, label, problem, labels}]. State out, "typed": {cells, shown, pasted, seq}, at
// every keystroke that makes a number, with the texts that stood there before; while one is unanswered the newest waits.
import { AckedChannel } from "../shared/acked_channel.js"
import { component } from "../shared/component.js"
import { element, write } from "../shared/elements.js"
import { Numbers } from "../number_grids/numbers.js"

class KernelGrid {
  constructor(root) {
    this.root = root
    this.data = null
    /** @type {(typed: object) => void} */
    this.send = null
    this.link = new AckedChannel((message) => this.send(message))
    root.replaceChildren()
    const figure = element("figure", "input", root)
    this.caption = element("figcaption", "name", figure)
    this.numbers = new Numbers(figure, () => this.typed(), { live: true, pasted: (text) => this.typed(text) })
    this.problem = element("p", "trouble", figure)
    this.problem.setAttribute("role", "alert")
  }

  receive(data, send) {
    const before = this.data
    Object.assign(this, { data, send })
    if (!this.link.answered(data.ack) || !this.link.settled) return
    write(this.caption, data.label)
    this.numbers.show({ ...data, margins: [0, 0, 0, 0] })
    if (data.problem || before?.ack !== data.ack) this.refuse(data.problem)
  }

  refuse(problem) {
    this.numbers.refuse(problem)
    write(this.problem, problem?.text ?? "")
  }

  typed(pasted = "") {
    this.link.push(() => ({ cells: this.numbers.texts(), shown: this.numbers.values, pasted }))
  }
}

export default component("kernel_grid", KernelGrid, (grid, { data, setStateValue }) => {
  grid.receive(data[0], (typed) => setStateValue("typed", typed))
})
