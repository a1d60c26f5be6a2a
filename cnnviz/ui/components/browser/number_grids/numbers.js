// A grid of numbers to edit: one input a cell, reached by Tab as one thing and walked through with the arrow keys.
import { element, focused, textInput } from "../shared/elements.js"
import { fill } from "../shared/format.js"
import { CELL_STEPS } from "../shared/keys.js"

const NUMBER = /^\s*[+\-−]?(\d+[.,]?\d*|[.,]\d+)(\/\d+)?\s*$/
const SEVERAL = /\S[\s;]+\S|\[/ // a pasted text that is more than one number
const MAX_PASTE = 1000

export class Numbers {
  // `typed` gets all texts once one was changed, with `live` while it is being typed; `pasted` several numbers at once.
  constructor(parent, typed, { live = false, pasted = null } = {}) {
    this.live = live
    this.pasted = pasted
    this.root = element("div", "cells numbers", parent)
    this.root.setAttribute("role", "grid")
    this.frame = element("div", "window", this.root)
    this.typed = typed
    this.inputs = []
    this.at = [0, 0]
  }

  // New cells where the shape changed; texts that are being edited stay. `outside` stands in cells that padding adds,
  // `reached` says of which rows and columns any window reads something.
  /** @param {any} data */
  show({ values, margins, read, reached, outside = "", labels }) {
    const shape = JSON.stringify([values.length, values[0].length, margins])
    if (shape !== this.shape) this.build(values, margins, outside)
    this.shape = shape
    this.root.setAttribute("aria-label", labels.grid)
    this.values = values
    this.each((input, row, column) => {
      const edited = input === this.focused()
      if (!edited) input.value = values[row][column]
      else if (!this.isDirty) this.renew(input, values[row][column])
      input.setAttribute("aria-label", fill(labels.cell, { row, column }))
      input.style.setProperty("--chars", Math.max(2, values[row][column].length))
      input.classList.toggle("long", values[row][column].length > 4)
      input.classList.toggle("longest", values[row][column].length > 5)
      const { classList } = input.parentElement
      classList.toggle("skipped", Boolean(read) && !read[row][column])
      classList.toggle("struck-row", Boolean(reached) && !reached.rows[row])
      classList.toggle("struck-column", Boolean(reached) && !reached.columns[column])
    })
  }

  // Another number in the cell that has the focus: what is typed next replaces it whole, as after going there.
  renew(input, value) {
    this.original = value
    if (input.value === value) return
    input.value = value
    input.select()
  }

  build(values, [above, below, left, right], outside) {
    this.margins = { above, left }
    this.root.replaceChildren(this.frame)
    const [rows, columns] = [values.length, values[0].length]
    this.size = { rows: above + rows + below, columns: left + columns + right }
    this.root.style.setProperty("--columns", this.size.columns)
    this.at = [Math.min(this.at[0], rows - 1), Math.min(this.at[1], columns - 1)]
    this.inputs = values.map(() => [])
    this.places = new Map()
    for (let row = -above; row < rows + below; row += 1) {
      const line = element("div", "line", this.root)
      line.setAttribute("role", "row")
      for (let column = -left; column < columns + right; column += 1) this.cell(line, row, column, values, outside)
    }
    this.rove()
  }

  cell(line, row, column, values, outside) {
    const cell = element("div", "cell", line)
    cell.setAttribute("role", "gridcell")
    this.places.set(`${row} ${column}`, cell)
    if (values[row]?.[column] === undefined) {
      cell.textContent = outside
      return cell.classList.add("outside")
    }
    const input = textInput(cell, 12)
    Object.assign(input.dataset, { row, column })
    input.onfocus = () => this.entered(input, row, column)
    input.oninput = () => this.changed(input)
    if (this.pasted) input.onpaste = (event) => this.paste(event)
    input.onblur = () => this.keep()
    input.onkeydown = (event) => this.key(event, row, column)
    this.inputs[row][column] = input
  }

  each(visit) {
    this.inputs.forEach((row, r) => row.forEach((input, c) => visit(input, r, c)))
  }

  focused() {
    return /** @type {HTMLInputElement | null} */ (focused(this.root))
  }

  entered(input, row, column) {
    this.at = [row, column]
    this.isDirty = false
    this.original = input.value
    this.rove()
    input.select()
  }

  changed(input) {
    this.isDirty = true
    if (this.live && NUMBER.test(input.value)) this.tell()
  }

  paste(event) {
    const text = event.clipboardData.getData("text").trim()
    if (!SEVERAL.test(text)) return
    event.preventDefault()
    this.isDirty = false
    this.pasted(text.slice(0, MAX_PASTE))
  }

  // Only one cell is a stop of the Tab key.
  rove() {
    this.each((input, row, column) => (input.tabIndex = row === this.at[0] && column === this.at[1] ? 0 : -1))
  }

  key(event, row, column) {
    const step = event.key === "Enter" ? CELL_STEPS.ArrowDown : CELL_STEPS[event.key]
    if (step) this.go(row + step[0], column + step[1])
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
    const wasDirty = this.isDirty
    this.isDirty = false
    this.inputs[row][column].value = this.original
    this.inputs[row][column].select()
    if (this.live && wasDirty) this.tell()
  }

  keep() {
    if (!this.isDirty) return
    this.isDirty = false
    this.tell()
  }

  tell() {
    this.typed(this.texts())
  }

  texts() {
    return this.inputs.map((row) => row.map((input) => input.value))
  }

  // The text that was refused is shown in red until something is typed again; the old value is back in its cell.
  refuse(problem) {
    this.each((input, row, column) => {
      const refused = problem?.row === row && problem?.column === column
      input.setAttribute("aria-invalid", refused)
    })
  }

  // The window that is looked at, with the winners of max pooling once they are known. `taps`: the cells that count,
  // where they are not all of the window.
  look({ box: [top, left, bottom, right], winners = [], taps }, known) {
    const { above, left: before } = this.margins
    const place = {
      "--top": top + above,
      "--left": left + before,
      "--high": bottom - top + 1,
      "--wide": right - left + 1,
    }
    for (const [name, value] of Object.entries(place)) this.frame.style.setProperty(name, value)
    const won = new Set(known ? winners.map(String) : [])
    const read = taps && new Set(taps.map((tap) => tap.join(" ")))
    for (const [name, cell] of this.places) {
      const [row, column] = name.split(" ").map(Number)
      const inside = row >= top && row <= bottom && column >= left && column <= right
      cell.classList.toggle("under", read ? read.has(name) : inside && !cell.classList.contains("outside"))
      cell.classList.toggle("winner", won.has(String([row, column])))
    }
  }

  // One cell stands out, or none.
  light(at) {
    for (const [name, cell] of this.places) cell.classList.toggle("lit", name === at?.join(" "))
  }
}
