// Which maps feed the map or the cell: a line from each, as thick as what it adds is large. All figures come from Python.
import { published } from "../shared/channels.js"
import { button, element } from "../shared/elements.js"
import { fill } from "../shared/format.js"
import { kernel, map } from "./pictures.js"

const ROW = 40 // CSS pixels of a map that is read
const ACROSS = 84 // of the lines
const PICTURE = 32
const TARGET = 84
const THICKEST = 9
const THINNEST = 1

/**
 * Return a line for each map: from its row to the middle, as an SVG path, and its thickness.
 *
 * @param {{ size: number }[]} items `size` from 0 to 1
 * @param {{ row: number, across: number }} place CSS pixels
 */
export function lines(items, { row, across }) {
  const middle = (items.length * row) / 2
  return items.map(({ size }, i) => {
    const from = (i + 0.5) * row
    const width = THINNEST + (THICKEST - THINNEST) * size
    return { width, path: `M0 ${from}C${across / 2} ${from} ${across / 2} ${middle} ${across} ${middle}` }
  })
}

const svg = (tag, attributes, parent) => {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag)
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value))
  parent?.append(made)
  return made
}

export class Feeds {
  constructor(parent, view, labels, panel) {
    this.view = view
    this.labels = labels
    this.panel = panel
    this.feeds = view.feeds
    /** @type {{ picture: HTMLElement, item: { map: number, name: string } }[]} */
    this.pictures = []
    const root = element("section", "feeds", parent)
    const words = this.feeds.items.length > 1 ? labels.feeds_of : labels.feed_of
    root.setAttribute("aria-label", words)
    element("h4", "", root, words)
    const row = element("div", "fed", root)
    this.list = element("ul", "maps", row)
    for (const item of this.feeds.items) this.item(item)
    this.draw(row)
    this.target = element("figure", "target", row)
    this.to = element("div", "", this.target)
    element("figcaption", "amount", this.target, `Σ ${this.feeds.total}`)
    const { count, amount } = this.feeds.others
    if (count) element("p", "rest", root, fill(labels.rest, { count, amount }))
    this.paint()
  }

  item(item) {
    const { feeds, labels } = this
    const line = element("li", item.negative ? "negative" : "positive", this.list)
    const own = feeds.input ? element("span", "feed", line) : this.link(line, item)
    const picture = element("span", "picture", own)
    this.pictures.push({ picture, item })
    if (item.kernel) kernel(own, item.kernel, PICTURE, fill(labels.kernel, item))
    element("span", "name", own, item.name)
    element("strong", "amount", own, item.amount)
  }

  // On to the map that is read.
  link(line, item) {
    return button("feed", line, "", () => {
      this.panel.go({ kind: "map", layer: this.feeds.layer, map: item.map }, line)
    })
  }

  draw(row) {
    const { items } = this.feeds
    const box = { class: "lines", width: ACROSS, height: items.length * ROW, "aria-hidden": "true" }
    const root = svg("svg", box, row)
    lines(items, { row: ROW, across: ACROSS }).forEach(({ path, width }, i) => {
      const sign = items[i].negative ? "negative" : "positive"
      svg("path", { d: path, "stroke-width": width.toFixed(2), class: sign, "data-map": items[i].map }, root)
    })
  }

  // The maps as they were last published; `at` is where a window lies that is pointed at.
  paint(at = null) {
    const { feeds, view } = this
    const { geometry } = view
    const block = this.panel.block(feeds)
    const cell = at ?? (view.level === "cell" ? geometry : null)
    const window = geometry && cell && geometry.source.layer === feeds.layer ? geometry : null
    const frame = window
      ? { rows: window.rows[cell.row], columns: window.columns[cell.column] }
      : { rows: [], columns: [] }
    for (const { picture, item } of this.pictures) {
      picture.replaceChildren()
      if (block) map(picture, block, item.map, frame, PICTURE, item.name, true)
    }
    this.to.replaceChildren()
    const own = geometry && published(this.panel.channel)?.blocks.get(geometry.own)
    if (!own || geometry.map >= own.maps) return
    const here = cell ? { rows: [cell.row], columns: [cell.column] } : { rows: [], columns: [] }
    map(this.to, own, geometry.map, here, TARGET, geometry.name)
  }
}
