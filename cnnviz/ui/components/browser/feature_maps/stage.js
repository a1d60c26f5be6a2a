// A canvas that is read cell by cell: by mouse, finger and keys. It knows no numbers; what a cell means is up to
// `on`: {point(stage, cell, byKeys), leave(stage), choose(stage, cell), escape(stage)}.
import { countPaint, element } from "../shared/elements.js"
import { ARROWS } from "../shared/keys.js"
import { put } from "./boxes.js"

const MIN_SIDE = 3 // CSS pixels of an outline around a cell

export class Stage {
  constructor(View, parent, role, on) {
    this.root = element("div", "stage", parent)
    this.canvas = element("canvas", "", this.root)
    this.canvas.dataset.role = role
    this.canvas.dataset.painted = "0"
    this.canvas.tabIndex = 0
    this.canvas.setAttribute("role", "application")
    this.mapOutline = element("div", "outline map", this.root)
    this.cellOutline = element("div", "outline cell", this.root)
    this.view = new View(this.canvas)
    this.on = on
    /** @type {any} the frame that it belongs to, put there by it */
    this.frame = null
    /** @type {import("./axes.js").Axes | null} the numbers around it, where it is enlarged */
    this.axes = null
    this.cell = null
    this.last = null // the cell that was last walked to
    this.outline(null)
    this.listen()
  }

  // As `show`, but nothing is painted.
  reserve(block, place) {
    this.view.reserve(block, place)
    this.canvas.dataset.due = ""
  }

  show(...what) {
    this.view.show(...what)
    countPaint(this.canvas)
    delete this.canvas.dataset.due
    if (!this.mapOutline.hidden) this.outline(this.cell)
  }

  point(cell, byKeys = false) {
    this.cell = cell
    this.outline(cell)
    if (cell) this.on.point(this, cell, byKeys)
    else this.on.leave(this)
  }

  outline(cell) {
    this.mapOutline.hidden = this.cellOutline.hidden = !cell
    if (!cell) return
    put(this.mapOutline, this.view.mapBox(cell.map))
    const { x, y, width, height } = this.view.box(cell)
    const [wide, high] = [Math.max(MIN_SIDE, width), Math.max(MIN_SIDE, height)]
    put(this.cellOutline, { x: x - (wide - width) / 2, y: y - (high - height) / 2, width: wide, height: high })
  }

  // Outline a rectangle of cells instead of one; nothing for null.
  span(first, last) {
    this.mapOutline.hidden = true
    this.cellOutline.hidden = !first
    if (!first) return
    const [from, to] = [this.view.box(first), this.view.box(last)]
    put(this.cellOutline, { x: from.x, y: from.y, width: to.x + to.width - from.x, height: to.y + to.height - from.y })
  }

  under(event) {
    const box = this.canvas.getBoundingClientRect()
    return this.view.at(event.clientX - box.left, event.clientY - box.top)
  }

  listen() {
    const { canvas } = this
    canvas.onpointerdown = canvas.onpointermove = (event) => this.point(this.under(event))
    canvas.onpointerleave = (event) => {
      if (event.pointerType !== "touch") this.point(null)
    }
    canvas.onclick = (event) => {
      const cell = this.under(event)
      if (cell) this.on.choose(this, cell)
    }
    canvas.onfocus = () => {
      if (canvas.matches(":focus-visible")) this.point(this.known(), true)
    }
    canvas.onblur = () => this.point(null)
    canvas.onkeydown = (event) => this.key(event)
  }

  // The cell that the keys go on from, still there when the data changed.
  known() {
    return this.last && this.view.values(this.last)[0] !== undefined
      ? this.last
      : { map: this.view.only ?? 0, row: 0, column: 0 }
  }

  key(event) {
    const cell = this.cell ?? this.known()
    if (ARROWS[event.key]) this.walk(cell, ARROWS[event.key], event.shiftKey ? 5 : 1)
    else if (event.key === "Enter" || event.key === " ") this.on.choose(this, cell, true)
    else if (event.key === "Escape") this.on.escape(this)
    else return
    event.preventDefault()
  }

  walk(cell, direction, times) {
    let next = cell
    for (let i = 0; i < times; i += 1) next = this.view.step(next, direction)
    this.last = next
    this.point(next, true)
  }
}
