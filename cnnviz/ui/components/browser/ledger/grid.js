// Numbers in rows and columns: walked through with the arrow keys, one stop of the Tab key.
import { element } from "../shared/elements.js"
import { CELL_STEPS } from "../shared/keys.js"

// `texts`: rows of texts. `on`: {light(row, column) or light(null), choose(row, column)}; without `choose` they are read only.
export class Grid {
  constructor(parent, kind, texts, name, on) {
    this.root = element("div", `grid ${kind}`, parent)
    this.root.setAttribute("role", "grid")
    this.root.setAttribute("aria-label", name)
    this.root.style.setProperty("--columns", texts[0].length)
    this.on = on
    this.cells = texts.map((line, row) => this.line(line, row))
    this.rove(0, 0)
    this.root.onpointerleave = () => on.light(null)
  }

  line(texts, row) {
    const line = element("div", "line", this.root)
    line.setAttribute("role", "row")
    return texts.map((text, column) => this.cell(line, text, row, column))
  }

  cell(line, text, row, column) {
    const cell = element("div", "number", line, text)
    cell.setAttribute("role", "gridcell")
    cell.onpointerenter = () => this.on.light(row, column)
    cell.onfocus = () => {
      this.rove(row, column)
      this.on.light(row, column)
    }
    cell.onblur = () => this.on.light(null)
    cell.onkeydown = (event) => this.key(event, row, column)
    if (this.on.choose) cell.onclick = () => this.on.choose(row, column)
    return cell
  }

  at(row, column) {
    return this.cells[row]?.[column]
  }

  rove(row, column) {
    this.cells.forEach((line, r) => line.forEach((cell, c) => (cell.tabIndex = r === row && c === column ? 0 : -1)))
  }

  key(event, row, column) {
    const step = CELL_STEPS[event.key]
    if (step) this.at(row + step[0], column + step[1])?.focus()
    else if ((event.key === "Enter" || event.key === " ") && this.on.choose) this.on.choose(row, column)
    else return
    event.preventDefault()
  }
}
