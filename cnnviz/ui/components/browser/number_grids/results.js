// What the windows have given so far: a cell a window, empty until it is worked out.
import { button, element, write } from "../shared/elements.js"
import { fill } from "../shared/format.js"

export class Results {
  constructor(parent, kind, go) {
    this.root = element("figure", `result ${kind}`, parent)
    this.kind = kind
    this.name = element("figcaption", "name", this.root)
    this.cells = element("div", "cells", this.root)
    this.go = go
  }

  show({ out: [rows, columns], windows, labels }, { at, known }) {
    const shape = `${rows} ${columns}`
    if (shape !== this.shape) this.build(rows, columns)
    this.shape = shape
    write(this.name, labels[this.kind])
    this.buttons.forEach((button, i) => {
      const value = known[i] ? windows[i][this.kind].text : "?"
      const shown = known[i] ? (windows[i][this.kind].short ?? value) : "?"
      write(button, shown)
      button.style.setProperty("--chars", Math.max(2, shown.length))
      button.title = shown === value ? "" : value
      button.classList.toggle("known", Boolean(known[i]))
      button.classList.toggle("long", value.length > 4)
      button.classList.toggle("longest", value.length > 5)
      button.classList.toggle("here", i === at)
      const said = {
        name: labels[this.kind],
        row: Math.floor(i / columns),
        column: i % columns,
        value: known[i] ? value : labels.hidden,
      }
      button.setAttribute("aria-label", fill(labels.result, said))
    })
  }

  build(rows, columns) {
    this.cells.replaceChildren()
    this.cells.style.setProperty("--columns", columns)
    this.buttons = []
    for (let row = 0; row < rows; row += 1) {
      const line = element("div", "line", this.cells)
      for (let column = 0; column < columns; column += 1) {
        const place = this.buttons.length
        const made = button("cell", line, "", () => this.go(place))
        made.tabIndex = -1
        this.buttons.push(made)
      }
    }
  }
}
