// Pictures with a frame over the cell, or the window, that is looked at, and going from cell to cell on one.
import { element } from "../shared/elements.js"
import { CELL_STEPS } from "../shared/keys.js"

export class Sheet {
  constructor(parent, className) {
    this.figure = element("figure", `sheet ${className}`, parent)
    this.name = element("figcaption", "name", this.figure)
    this.paper = element("div", "paper", this.figure)
    this.canvas = element("canvas", "", this.paper)
    this.frame = element("span", "frame", this.paper)
    this.frame.setAttribute("aria-hidden", "true")
  }

  /**
   * Frame so many rows and columns of a picture, from this cell on; in padding it reaches beyond the picture.
   *
   * @param {number[]} cell
   * @param {number[]} span
   * @param {number[]} shape
   */
  look([row, column], [high, wide], [rows, columns]) {
    const { style } = this.frame
    style.left = `${(100 * column) / columns}%`
    style.top = `${(100 * row) / rows}%`
    style.width = `${(100 * wide) / columns}%`
    style.height = `${(100 * high) / rows}%`
  }
}

/**
 * Add a sheet on which a panel's cells are read.
 *
 * @param {Element} parent
 * @param {string} className
 * @param {{ at: number[], data: { down: number, across: number }, look: () => void }} panel
 */
export function addMap(parent, className, panel) {
  const sheet = new Sheet(parent, `map ${className}`)
  readCells(sheet.canvas, panel, (row, column) => {
    panel.at = [row, column]
    panel.look()
  })
  return sheet
}

/**
 * Go from cell to cell of a map by mouse, finger and arrow keys.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {{ at: number[], data: { down: number, across: number } }} view where it is, and the rows and columns of maps
 * @param {(row: number, column: number) => void} go gets a cell of the map
 */
function readCells(canvas, view, go) {
  const clamp = (place, count) => Math.max(0, Math.min(count - 1, place))
  const to = (row, column) => go(clamp(row, view.data.down), clamp(column, view.data.across))
  canvas.setAttribute("role", "application")
  canvas.onpointermove = canvas.onpointerdown = (event) => {
    const box = canvas.getBoundingClientRect()
    const row = Math.floor(((event.clientY - box.top) / box.height) * view.data.down)
    to(row, Math.floor(((event.clientX - box.left) / box.width) * view.data.across))
  }
  canvas.onkeydown = (event) => {
    const step = CELL_STEPS[event.key]
    if (!step) return
    event.preventDefault()
    to(view.at[0] + step[0], view.at[1] + step[1])
  }
}
