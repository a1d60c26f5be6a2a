// Shares of one as bars: a table with a row a class. Data in: [{values, exact, names, answer, labels, told}]; values
// is null as long as there is no answer. `told` is a number and what screen readers say when it grows.
import { component } from "../shared/component.js"
import { countPaint, element, write } from "../shared/elements.js"
import { fill } from "../shared/format.js"

// Roles are said, because a table laid out as a grid loses them in some browsers.
const ROLES = { table: "table", tbody: "rowgroup", thead: "rowgroup", tr: "row", td: "cell" }

function part(tag, className, parent, text) {
  const made = element(tag, className, parent, text)
  made.setAttribute("role", ROLES[tag])
  return made
}

class Table {
  constructor(root) {
    this.root = root
    root.dataset.painted = 0
  }

  build({ names, labels }) {
    this.names = names.join("\n")
    this.root.replaceChildren()
    const table = part("table", "", this.root)
    this.caption = element("caption", "unseen", table)
    const head = part("tr", "unseen", part("thead", "", table))
    for (const text of [labels.name, labels.bar, labels.share]) {
      element("th", "", head, text).setAttribute("role", "columnheader")
    }
    const body = part("tbody", "", table)
    this.rows = names.map((name, place) => this.row(name, place, body))
    this.status = element("span", "unseen", this.root)
    this.status.setAttribute("role", "status")
    this.told = 0
    this.readout = element("output", "readout", this.root)
    this.readout.dataset.role = "exact"
    this.current = 0
  }

  row(name, place, body) {
    const row = part("tr", "row", body)
    row.dataset.name = name
    const head = element("th", "name", row, name)
    head.setAttribute("role", "rowheader")
    const bar = element("span", "bar", element("span", "track", part("td", "", row)))
    const share = part("td", "share", row)
    row.tabIndex = place ? -1 : 0
    row.onpointerenter = row.onpointerdown = () => this.point(place)
    row.onpointerleave = (event) => {
      if (event.pointerType !== "touch") this.leave()
    }
    row.onfocus = () => this.point(place)
    row.onblur = () => this.leave()
    row.onkeydown = (event) => this.key(event, place)
    return { row, bar, share }
  }

  update(data) {
    if (data.names.join("\n") !== this.names) this.build(data)
    this.data = data
    const { values, answer, labels } = data
    write(this.caption, labels.caption)
    this.rows.forEach(({ row, bar, share }, place) => {
      bar.style.transform = `scaleX(${values ? Math.max(0, Math.min(1, values[place])) : 0})`
      write(share, values ? percent(values[place]) : "–")
      row.classList.toggle("answer", Boolean(values) && place === answer)
    })
    if (this.pointed !== undefined) this.point(this.pointed)
    this.tell(data.told)
    countPaint(this.root)
  }

  // The same words once more are told once more.
  tell([number, text]) {
    if (number === this.told) return
    this.told = number
    this.status.textContent = this.status.textContent === text ? `${text}\u00a0` : text
  }

  point(place) {
    this.pointed = place
    const { exact, names, labels } = this.data
    const text = exact ? fill(labels.exact, { name: names[place], value: exact[place] }) : ""
    this.readout.textContent = text
  }

  leave() {
    this.pointed = undefined
    this.readout.textContent = ""
  }

  key(event, place) {
    const last = this.rows.length - 1
    const target = { ArrowUp: place - 1, ArrowDown: place + 1, Home: 0, End: last }[event.key]
    if (target === undefined) return
    event.preventDefault()
    this.rows[place].row.tabIndex = -1
    this.current = Math.max(0, Math.min(last, target))
    this.rows[this.current].row.tabIndex = 0
    this.rows[this.current].row.focus()
  }
}

// Steps of 0.1 %; never 0 for more than nothing, never 100 for less than all.
function percent(share) {
  if (share > 0 && share < 0.0005) return "<0.1 %"
  if (share < 1 && share >= 0.9995) return ">99.9 %"
  return `${(share * 100).toFixed(1)} %`
}

export default component("bars", Table, (table, { data }) => table.update(data[0]))
