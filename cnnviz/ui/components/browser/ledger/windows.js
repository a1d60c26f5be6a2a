// Windows on the maps of the layer before: their values, the kernel's slice, the products, the subtotal.
import { button, element } from "../shared/elements.js"
import { fill } from "../shared/format.js"
import { published } from "../shared/channels.js"
import { Grid } from "./grid.js"
import { digitBlock, map } from "./pictures.js"

export const CHANNEL = "layers" // what the viewers of the page Layers show
const SHOWN = 3
const PICTURE = 78 // CSS pixels
const BRIEF = 7 // characters that fit a narrow cell, as in −12.345

const isBrief = (text) => text.length <= BRIEF

export class Windows {
  constructor(parent, view, labels, panel) {
    this.view = view
    this.labels = labels
    this.panel = panel
    this.shown = Math.min(SHOWN, view.windows.length)
    this.made = []
    this.root = element("section", "windows", parent)
    this.root.setAttribute("aria-label", labels.windows)
    this.list = element("div", "list", this.root)
    this.foot = element("div", "others", this.root)
    this.more()
  }

  more() {
    for (const part of this.view.windows.slice(this.made.length, this.shown)) this.made.push(this.window(part))
    this.foot.replaceChildren()
    const { others, windows } = this.view
    const left = others.count - this.shown
    if (left < 1) return
    element("span", "", this.foot, fill(this.labels.others, { count: left }))
    element("strong", "amount", this.foot, others.amounts[this.shown])
    const next = Math.min(windows.length, this.shown * 4) - this.shown
    if (next > 0) {
      button("more", this.foot, fill(this.labels.more, { count: next }), () => {
        this.shown += next
        this.more()
      })
    } else element("span", "", this.foot, this.labels.in_table)
  }

  window(part) {
    const { labels, view } = this
    const root = element("section", "window", this.list)
    const head = element("div", "head", root)
    element("h4", "", head, part.name)
    this.result(head, part)
    const row = element("div", "sum", root)
    row.classList.toggle(
      "brief",
      part.values.concat(part.weights ?? []).every((line) => line.every(isBrief)),
    )
    const picture = element("div", "picture", row)
    const grids = {}
    const on = { light: (r, c) => this.light(part, grids, r, c) }
    const walk = (r, c) =>
      part.inside[r][c] &&
      this.panel.walk(
        { layer: part.source.layer, map: part.map, row: part.rows[r], column: part.columns[c] },
        grids.values.at(r, c),
      )
    const padding = view.pooled ? labels.left_out : labels.padding
    const values = part.values.map((line, r) =>
      line.map((text, c) => (part.inside[r][c] ? text : view.pooled ? "" : "0")),
    )
    grids.values = new Grid(row, "values", values, fill(labels.values, part), { ...on, choose: walk })
    this.name(grids.values, part, padding)
    if (part.weights) {
      element("span", "sign", row, "×")
      grids.weights = new Grid(row, "weights", part.weights, fill(labels.weights, part), on)
      element("span", "sign", row, "=")
      grids.amounts = new Grid(row, "amounts", part.amounts, fill(labels.products, part), on)
    }
    const made = { root, part, grids, picture }
    this.paint(made)
    return made
  }

  name(grid, part, padding) {
    grid.cells.forEach((line, r) =>
      line.forEach((cell, c) => {
        const inside = part.inside[r][c]
        cell.classList.toggle("padding", !inside)
        cell.classList.toggle("winner", Boolean(part.winner?.[r][c]))
        cell.setAttribute("aria-disabled", !inside)
        const value = inside ? part.values[r][c] : padding
        const { value: place, value_unit: unit } = this.labels
        const names = { of: part.of, row: part.rows[r], column: part.columns[c], value }
        cell.setAttribute("aria-label", fill(part.source.units ? unit : place, names))
        if (!inside) cell.title = padding
      }),
    )
  }

  result(head, part) {
    if (!part.subtotal) return
    const box = element("div", "subtotal", head)
    element("span", "", box, this.view.pooled ? this.labels.largest : this.labels.subtotal)
    element("strong", "amount", box, part.subtotal)
    if (part.share) {
      element("span", "", box, `× ${part.weight} =`)
      element("strong", "amount", box, part.share)
    }
  }

  // The map as it was last published: earlier or later than the ledger, and again while the pen moves.
  paint({ part, picture }) {
    const { source } = part
    const { field } = this.view
    const block = source.input ? digitBlock(field) : published(CHANNEL)?.blocks.get(source.block)
    picture.replaceChildren()
    if (!block || block.rows !== source.rows || block.columns !== source.columns) return
    map(picture, block, part.map, part, PICTURE, fill(this.labels.picture, part))
  }

  published() {
    for (const made of this.made) this.paint(made)
  }

  // The same place in values, kernel and products, and the product in words.
  light(part, grids, row, column) {
    for (const grid of Object.values(grids)) {
      grid.cells.forEach((line, r) =>
        line.forEach((cell, c) => cell.classList.toggle("lit", row === r && column === c)),
      )
    }
    if (row === null) return this.panel.say("")
    const value = part.inside[row][column] ? part.values[row][column] : "0"
    const said = { value, of: part.of, row: part.rows[row], column: part.columns[column] }
    const { reads, reads_unit: unit } = this.labels
    if (!part.weights) return this.panel.say(fill(part.source.units ? unit : reads, said))
    const kernel = part.kernel.replace(":, :", `${row}, ${column}`)
    this.panel.say(
      fill(this.labels.product, {
        ...said,
        weight: part.weights[row][column],
        amount: part.amounts[row][column],
        kernel,
      }),
    )
  }

  get first() {
    return this.made[0]?.grids.values.root
  }

  // Where the path goes on, or the first value that can be gone to.
  start() {
    const next = this.view.next
    for (const { part, grids } of this.made) {
      const [row, column] = [part.rows.indexOf(next?.row), part.columns.indexOf(next?.column)]
      const leads = next?.layer === part.source.layer && next?.map === part.map
      if (leads && row >= 0 && column >= 0) return grids.values.at(row, column)
    }
    return this.made[0]?.grids.values.at(0, 0)
  }
}
