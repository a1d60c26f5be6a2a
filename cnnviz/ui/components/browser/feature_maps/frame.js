// One block: its title, its canvas, its legend and the button that saves the picture.
import { marked } from "../shared/channels.js"
import { download } from "../shared/download.js"
import { button, element } from "../shared/elements.js"
import { fill } from "../shared/format.js"
import { iconButton } from "../shared/icons.js"
import { spareHeight } from "../shared/room.js"
import { isLight } from "../shared/theme.js"
import { EDGE_WIDTH, nameEdges } from "./edges.js"
import { tableOf } from "./colours.js"
import { linked, mosaic, strip } from "./layout.js"
import { Legend } from "./legend.js"
import { Mosaic } from "./mosaic.js"
import { tops } from "./ranges.js"
import { Stage } from "./stage.js"
import { ticksWidth, Units } from "./units.js"

const HEIGHT = { strip: 150, mosaic: 520 } // CSS pixels that a block may take; on a phone a mosaic may take more
const TYPE = 16 // CSS pixels, where the zoom is 1
const SPARE = 0.4 // of what a high window has to spare
const UNITS_HEIGHT = 140
const UNITS_WIDTH = 56
const NAMES_WIDTH = 72
const SAVED_CELL = 4 // pixels a value in a saved picture

export class Frame {
  constructor(parent, block, header, on) {
    this.inStrip = header.mode === "strip"
    this.leads = Boolean(header.opens) && block.kind !== "image" // to the same map or unit on another page
    this.root = element("figure", "block", parent)
    const head = element("figcaption", "head", this.root)
    this.title(head, block, header, on)
    element("span", "subtitle", head, block.subtitle)
    this.root.setAttribute("aria-label", [block.title, block.subtitle].filter(Boolean).join(", ")) // without the button
    if (!this.inStrip) iconButton("save", head, () => this.save(), header.labels.save)
    this.stage = new Stage(block.kind === "bars" ? Units : Mosaic, this.root, "mosaic", on)
    this.stage.frame = this
    if (block.names && block.pictures === 1) nameEdges(this.stage.root, block.names)
    this.pictures = header.mode === "linked" ? header.blocks.length : 0
    if (header.mode === "mosaic" && block.kind !== "bars" && !block.mixed) this.legend = new Legend(this.root)
    this.describe(block, header)
  }

  // A layer's name leads to the layer, where another page has it.
  title(head, block, { opens, labels }, on) {
    if (!opens || block.kind === "image") return void element("span", "title", head, block.title)
    button("title lead", head, block.title, () => on.go(this)).title = labels.look_inside_layer
  }

  describe(block, { labels, mode, select, cells, opens }) {
    const { canvas } = this.stage
    canvas.classList.toggle("leads", this.leads && block.kind === "bars")
    Object.assign(canvas.dataset, { block: block.name, rows: block.rows, columns: block.columns, maps: block.maps })
    const chosen = cells ? labels.maps_cell : select ? labels.maps_select : labels.maps
    const maps = mode === "linked" ? labels.maps_linked : chosen
    const bars = cells ? labels.bars_cell : opens ? labels.bars_opens : labels.bars
    const words = block.kind === "bars" ? bars : maps
    canvas.setAttribute("aria-label", fill(words, { ...block, subtitle: block.subtitle || block.title }))
  }

  update(block, header, theme) {
    this.block = block
    this.zoom = theme.zoom
    this.header = header
    this.theme = theme
    this.known = null
  }

  // How values look, worked out where they are painted or read.
  get look() {
    const { block, header, theme } = this
    const { ink, accent } = theme
    this.known ??= { tops: tops(block, header), colours: tableOf(block, header.palette, isLight(ink)), ink, accent }
    return this.known
  }

  // Take the room of the picture, which is not painted yet.
  reserve(width) {
    this.stage.reserve(this.block, this.place(width))
  }

  paint(width) {
    this.legend?.show(this.block, this.look, this.header)
    this.marks = marked(this.header.channel, this.block.id)
    this.stage.view.marks = this.marks
    this.stage.show(this.block, this.place(width), this.look)
  }

  place(width) {
    const { block, header, inStrip } = this
    if (this.pictures) return linked(block, width, this.pictures)
    const spare = header.fills ? SPARE * spareHeight(innerHeight, TYPE * this.zoom) : 0
    const height = this.zoom * (header.height || HEIGHT[header.mode]) + spare
    if (block.kind === "bars") return inStrip ? this.lying(height) : { width, height: UNITS_HEIGHT }
    if (inStrip) return strip(block, height)
    const room = block.names && block.pictures === 1 ? width - EDGE_WIDTH : width
    return mosaic(block, room, width < 500 ? 1.6 * height : height, this.zoom, header.side)
  }

  lying(height) {
    const names = ticksWidth(this.block.ticks, NAMES_WIDTH)
    return { lying: true, height, width: UNITS_WIDTH + Math.max(0, names - ticksWidth(["0"], 0)) }
  }

  point(map) {
    this.legend?.show(this.block, this.look, this.header, map)
  }

  save() {
    const { block, look, header } = this
    const { view } = this.stage
    const picture = new view.constructor(document.createElement("canvas"))
    if (block.kind === "bars") picture.show(block, view, look)
    else picture.show(block, saved(view.grid, block), look, null, 1)
    picture.canvas.toBlob((blob) => download(blob, `${header.key}-${block.name}.png`))
  }
}

function saved({ across, down }, { rows, columns }) {
  const [wide, high] = [columns * SAVED_CELL + SAVED_CELL, rows * SAVED_CELL + SAVED_CELL]
  return {
    cell: SAVED_CELL,
    across,
    wide,
    high,
    label: 0,
    width: across * wide - SAVED_CELL,
    height: down * high - SAVED_CELL,
  }
}
