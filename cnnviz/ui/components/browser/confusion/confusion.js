// A confusion matrix. Data in: [{counts, texts, chosen, labels}]. Trigger out, "picked": [label, answer] of a mistake.
import { component } from "../shared/component.js"
import { button, element, focused, write } from "../shared/elements.js"
import { fill } from "../shared/format.js"
import { CELL_STEPS } from "../shared/keys.js"
import { next, part } from "./cells.js"

class Confusion {
  constructor(root) {
    this.root = root
    this.cells = []
    this.at = null // the cell that is the stop of the Tab key
    this.pick = (_cell) => {}
  }

  receive({ counts, texts, chosen, labels }, pick) {
    this.pick = pick
    if (this.cells.length !== counts.length) this.build(counts.length, labels)
    const most = Math.max(1, ...counts.flatMap((row, label) => row.filter((_, answer) => answer !== label)))
    this.counts = counts
    this.each((cell, label, answer) => {
      const count = counts[label][answer]
      const text = texts[label][answer]
      cell.parentElement.className = label === answer ? "right" : count ? "wrong" : "none"
      cell.parentElement.style.setProperty("--part", `${label === answer ? 0 : part(count, most)}%`)
      write(cell, text)
      if (label === answer) return
      cell.disabled = !count
      const name = fill(labels.cell, { label, answer })
      cell.setAttribute("aria-label", `${text}, ${name}`)
      cell.title = name
      cell.setAttribute("aria-pressed", String(Boolean(chosen && chosen[0] === label && chosen[1] === answer)))
    })
    this.stop(this.can(this.at) ? this.at : chosen && this.can(chosen) ? chosen : this.first())
  }

  build(size, labels) {
    this.root.replaceChildren()
    const table = element("table", "", this.root)
    table.setAttribute("aria-label", labels.title)
    const head = element("thead", "", table)
    const above = element("tr", "", head)
    element("td", "", above)
    const columns = element("th", "", above, labels.columns)
    Object.assign(columns, { colSpan: size, scope: "colgroup" })
    const line = element("tr", "", head)
    element("th", "", line, labels.rows).scope = "col"
    for (let answer = 0; answer < size; answer += 1) element("th", "", line, String(answer)).scope = "col"
    const body = element("tbody", "", table)
    this.cells = Array.from({ length: size }, (_, label) => {
      const row = element("tr", "", body)
      element("th", "", row, String(label)).scope = "row"
      return Array.from({ length: size }, (_unused, answer) => this.cell(row, label, answer))
    })
  }

  cell(row, label, answer) {
    const box = element("td", "", row)
    if (label === answer) return element("span", "", box)
    const made = button("", box, "", () => this.pick([label, answer]))
    made.onkeydown = (event) => this.key(event, label, answer)
    return made
  }

  each(act) {
    this.cells.forEach((row, label) => row.forEach((cell, answer) => act(cell, label, answer)))
  }

  can(at) {
    return Boolean(at && at[0] !== at[1] && this.counts[at[0]]?.[at[1]])
  }

  first() {
    let found = null
    this.each((_, label, answer) => (found ||= this.can([label, answer]) ? [label, answer] : null))
    return found
  }

  stop(at) {
    this.at = at
    this.each((cell, label, answer) => {
      if (label !== answer) cell.tabIndex = at && at[0] === label && at[1] === answer ? 0 : -1
    })
  }

  key(event, label, answer) {
    const step = CELL_STEPS[event.key]
    if (!step || focused(this.root) !== event.target) return
    event.preventDefault()
    const to = next([label, answer], step, this.cells.length, (at) => this.can(at))
    if (!to) return
    this.stop(to)
    this.cells[to[0]][to[1]].focus()
  }
}

export default component("confusion", Confusion, (view, { data, setTriggerValue }) =>
  view.receive(data[0], (cell) => setTriggerValue("picked", cell)),
)
