// A kernel to edit. Data in: [{values, ack, label, problem, labels}]. State out, "typed": {cells, pasted, seq}, at every
// keystroke that makes a number; while one is unanswered the newest waits.
import { element, write } from "../number_grids/elements.js"
import { Numbers } from "../number_grids/numbers.js"

const grids = new WeakMap()

class KernelGrid {
  constructor(root) {
    this.root = root
    this.seq = 0
    root.replaceChildren()
    const figure = element("figure", "input", root)
    this.caption = element("figcaption", "name", figure)
    this.numbers = new Numbers(figure, () => this.typed(), { live: true, pasted: (text) => this.typed(text) })
    this.problem = element("p", "trouble", figure)
    this.problem.setAttribute("role", "alert")
  }

  receive(data, send) {
    const before = this.data
    const answered = data.ack >= this.seq
    this.seq = Math.max(this.seq, data.ack)
    Object.assign(this, { data, send })
    if (!answered) return
    this.waiting = false
    if (this.next !== undefined) return this.flush()
    write(this.caption, data.label)
    this.numbers.show({ ...data, margins: [0, 0, 0, 0] })
    if (data.problem || before?.ack !== data.ack) this.refuse(data.problem)
  }

  refuse(problem) {
    this.numbers.refuse(problem)
    write(this.problem, problem?.text ?? "")
  }

  typed(pasted = "") {
    this.next = pasted
    if (!this.waiting) this.flush()
  }

  flush() {
    this.seq += 1
    this.waiting = true
    const pasted = this.next
    this.next = undefined
    this.send({ cells: this.numbers.texts(), pasted, seq: this.seq })
  }
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".kernel_grid")
  let grid = grids.get(parentElement)
  if (grid?.root !== root) grids.set(parentElement, (grid = new KernelGrid(root)))
  grid.receive(data[0], (typed) => setStateValue("typed", typed))
}
