// The numbers that are pooled: one input a cell, reached by Tab as one thing and walked through with the arrow keys.
import { element, fill } from "./elements.js"

const WALK = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }

export class Numbers {
  constructor(parent, typed) {
    this.root = element("div", "cells numbers", parent)
    this.root.setAttribute("role", "grid")
    this.frame = element("div", "window", this.root)
    this.typed = typed
    this.inputs = []
    this.at = [0, 0]
  }

  // New cells where the shape changed; texts that are being edited stay.
  show({ values, margins, read, labels }) {
    const shape = JSON.stringify([values.length, values[0].length, margins])
    if (shape !== this.shape) this.build(values, margins)
    this.shape = shape
    this.root.setAttribute("aria-label", labels.grid)
    this.values = values
    this.each((input, row, column) => {
      if (input !== this.focused() || !this.isDirty) input.value = values[row][column]
      input.setAttribute("aria-label", fill(labels.cell, { row, column }))
      input.classList.toggle("long", values[row][column].length > 4)
      input.classList.toggle("longest", values[row][column].length > 5)
      input.parentElement.classList.toggle("skipped", !read[row][column])
    })
  }

  build(values, [above, below, left, right]) {
    this.margins = { above, left }
    this.root.replaceChildren(this.frame)
    const [rows, columns] = [values.length, values[0].length]
    this.size = { rows: above + rows + below, columns: left + columns + right }
    this.root.style.setProperty("--columns", this.size.columns)
    this.at = [Math.min(this.at[0], rows - 1), Math.min(this.at[1], columns - 1)]
    this.inputs = values.map(() => [])
    for (let row = -above; row < rows + below; row += 1) {
      const line = element("div", "line", this.root)
      line.setAttribute("role", "row")
      for (let column = -left; column < columns + right; column += 1) this.cell(line, row, column, values)
    }
    this.rove()
  }

  cell(line, row, column, values) {
    const cell = element("div", "cell", line)
    cell.setAttribute("role", "gridcell")
    if (values[row]?.[column] === undefined) return cell.classList.add("outside")
    const input = element("input", "", cell)
    Object.assign(input, { type: "text", inputMode: "text", autocomplete: "off", maxLength: 12, spellcheck: false })
    Object.assign(input.dataset, { row, column })
    input.onfocus = () => this.entered(input, row, column)
    input.oninput = () => (this.isDirty = true)
    input.onblur = () => this.keep()
    input.onkeydown = (event) => this.key(event, row, column)
    this.inputs[row][column] = input
  }

  each(visit) {
    this.inputs.forEach((row, r) => row.forEach((input, c) => visit(input, r, c)))
  }

  focused() {
    return this.root.getRootNode().activeElement
  }

  entered(input, row, column) {
    this.at = [row, column]
    this.isDirty = false
    this.rove()
    input.select()
  }

  // Only one cell is a stop of the Tab key.
  rove() {
    this.each((input, row, column) => (input.tabIndex = row === this.at[0] && column === this.at[1] ? 0 : -1))
  }

  key(event, row, column) {
    const walk = event.key === "Enter" ? WALK.ArrowDown : WALK[event.key]
    if (walk) this.go(row + walk[0], column + walk[1])
    else if (event.key === "Escape") this.drop(row, column)
    else return
    event.preventDefault()
  }

  go(row, column) {
    const next = this.inputs[row]?.[column]
    this.keep()
    if (next) next.focus()
    else this.focused()?.select?.()
  }

  drop(row, column) {
    this.isDirty = false
    this.inputs[row][column].value = this.values[row][column]
    this.inputs[row][column].select()
  }

  keep() {
    if (!this.isDirty) return
    this.isDirty = false
    this.typed(this.inputs.map((row) => row.map((input) => input.value)))
  }

  // The text that was refused is shown in red until something is typed again; the old value is back in its cell.
  refuse(problem) {
    this.each((input, row, column) => {
      const refused = problem?.row === row && problem?.column === column
      input.setAttribute("aria-invalid", refused)
    })
  }

  // The window that is looked at, with the winners of max pooling once they are known.
  look({ box: [top, left, bottom, right], winners }, known) {
    const { above, left: before } = this.margins
    const place = { "--top": top + above, "--left": left + before, "--high": bottom - top + 1, "--wide": right - left + 1 }
    for (const [name, value] of Object.entries(place)) this.frame.style.setProperty(name, value)
    const won = new Set(known ? winners.map(String) : [])
    this.each((input, row, column) => {
      const under = row >= top && row <= bottom && column >= left && column <= right
      input.parentElement.classList.toggle("under", under)
      input.parentElement.classList.toggle("winner", won.has(String([row, column])))
    })
  }
}
