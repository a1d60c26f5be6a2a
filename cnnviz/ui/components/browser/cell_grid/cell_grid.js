// A grid of cells on one canvas: a sheet of pictures to pick from, or the numbers of a picture. Data in: a header, then
// the pictures side by side as one PNG, or the numbers as bytes. Trigger out, "picked": the place of a picture.
import { component } from "../shared/component.js"
import { decode } from "../shared/decode.js"
import { countPaint, element, write } from "../shared/elements.js"
import { fill } from "../shared/format.js"
import { CELL_STEPS } from "../shared/keys.js"
import { clampPlace, shorten, sideOf, spellShare, textColour } from "./cells.js"

const MAX_PICTURE = 66 // CSS pixels of a side with its gap
const GAP = 2
const CAPTIONED = 24 // CSS pixels of a side that a caption needs
const NUMBER = { width: 34, height: 24, least: 30 } // CSS pixels of a cell with a number

class CellGrid {
  constructor(root) {
    this.root = root
    this.at = 0
    this.hovered = -1
    this.width = 0
    /** @type {any} */
    this.header = null
    /** @type {(place: number) => void} */
    this.pick = () => {}
    this.build()
    this.observer = new ResizeObserver(([{ contentRect }]) => this.fit(contentRect.width))
    this.observer.observe(root)
  }

  build() {
    const { root } = this
    root.replaceChildren()
    this.scroller = element("div", "scroller", root)
    this.grid = element("div", "grid", this.scroller)
    this.grid.setAttribute("role", "grid")
    this.grid.tabIndex = 0
    this.canvas = element("canvas", "", this.grid)
    this.canvas.setAttribute("aria-hidden", "true")
    this.mark = element("span", "mark", this.grid)
    this.mark.setAttribute("aria-hidden", "true")
    this.row = element("div", "row", this.grid)
    this.row.setAttribute("role", "row")
    this.readout = element("p", "readout", root)
    this.grid.onkeydown = (event) => this.key(event)
    this.grid.onpointermove = (event) => this.hover(this.placeOf(event))
    this.grid.onpointerleave = () => this.hover(-1)
    this.grid.onfocus = () => this.tell()
    this.grid.onclick = (event) => this.click(this.placeOf(event))
  }

  receive({ header, buffer, start }, pick) {
    const { header: before } = this
    const another = before?.name !== header.name || before?.count !== header.count || before?.chosen !== header.chosen
    Object.assign(this, { header, pick })
    if (another) this.at = Math.max(0, header.chosen)
    this.root.dataset.form = header.form
    this.bytes = new Uint8Array(buffer, start)
    this.grid.setAttribute("aria-label", fill(header.labels[header.form], { name: header.name }))
    this.grid.setAttribute("aria-rowcount", header.rows)
    this.grid.setAttribute("aria-colcount", header.columns)
    this.fit(this.root.clientWidth, true)
    this.tell()
    if (header.form === "numbers") this.paint(null)
    else this.decodeSheet()
  }

  // The newest sheet is painted, whichever is decoded first.
  async decodeSheet() {
    const { bytes } = this
    const sheet = await createImageBitmap(new Blob([bytes], { type: "image/png" }), { colorSpaceConversion: "none" })
    if (bytes === this.bytes) this.paint(sheet)
  }

  // Cells as large as the place allows; a pixel of a picture is a whole number of the screen's pixels.
  fit(width, anew = false) {
    if (!this.header || !width || (width === this.width && !anew)) return
    this.width = width
    const { header } = this
    if (header.form === "numbers") {
      this.cell = [Math.max(NUMBER.least, Math.min(NUMBER.width, Math.floor(width / header.columns))), NUMBER.height]
    } else {
      this.side = sideOf(width / header.columns, header.side[1], MAX_PICTURE, GAP, devicePixelRatio)
      this.cell = [this.side + GAP, this.side + GAP]
    }
    this.grid.style.width = `${header.columns * this.cell[0]}px`
    this.grid.style.height = `${header.rows * this.cell[1]}px`
    this.place(this.mark, header.chosen)
    this.mark.hidden = header.chosen < 0
    this.show()
    if (!anew && this.root.dataset.painted) this.paint(this.sheet)
  }

  paint(sheet) {
    this.sheet = sheet
    if (!this.cell) return
    const { header, canvas, cell } = this
    const ratio = devicePixelRatio
    canvas.width = Math.round(header.columns * cell[0] * ratio)
    canvas.height = Math.round(header.rows * cell[1] * ratio)
    const context = canvas.getContext("2d")
    context.imageSmoothingEnabled = false
    context.scale(ratio, ratio)
    context.textAlign = "center"
    context.textBaseline = "middle"
    for (let place = 0; place < header.count; place += 1) {
      const [x, y] = this.corner(place)
      if (header.form === "numbers") this.paintNumber(context, place, x, y)
      else if (sheet) this.paintPicture(context, sheet, place, x, y)
    }
    countPaint(this.root)
  }

  paintPicture(context, sheet, place, x, y) {
    const { header, side } = this
    const [height, width] = header.side
    const row = Math.floor(place / header.columns)
    const column = place % header.columns
    context.drawImage(sheet, column * width, row * height, width, height, x + GAP / 2, y + GAP / 2, side, side)
    if (!header.captions[place] || side < CAPTIONED) return
    context.font = "600 11px system-ui, sans-serif"
    const caption = shorten(header.captions[place], (text) => context.measureText(text).width + 5 <= side)
    context.fillStyle = "#000"
    context.fillRect(x + GAP / 2, y + GAP / 2, context.measureText(caption).width + 5, 13)
    context.fillStyle = "#ffd479"
    context.fillText(caption, x + GAP / 2 + 2.5 + context.measureText(caption).width / 2, y + GAP / 2 + 7)
  }

  paintNumber(context, place, x, y) {
    const { header, cell, bytes } = this
    const value = bytes[place]
    context.fillStyle = `rgb(${value} ${value} ${value})`
    context.fillRect(x, y, cell[0] + 0.5, cell[1] + 0.5)
    context.font = `${value ? 600 : 400} 11px system-ui, sans-serif`
    context.fillStyle = textColour(value)
    context.fillText(header.shares ? spellShare(value, 2) : String(value), x + cell[0] / 2, y + cell[1] / 2)
  }

  corner(place) {
    const { columns } = this.header
    return [(place % columns) * this.cell[0], Math.floor(place / columns) * this.cell[1]]
  }

  placeOf(event) {
    const box = this.grid.getBoundingClientRect()
    const column = Math.floor((event.clientX - box.left) / this.cell[0])
    const row = Math.floor((event.clientY - box.top) / this.cell[1])
    const { columns, count } = this.header
    const place = row * columns + column
    return column < 0 || column >= columns || row < 0 || place >= count ? -1 : place
  }

  place(made, place) {
    if (place < 0) return
    const [x, y] = this.corner(place)
    Object.assign(made.style, {
      left: `${x}px`,
      top: `${y}px`,
      width: `${this.cell[0]}px`,
      height: `${this.cell[1]}px`,
    })
  }

  key(event) {
    const { count, columns } = this.header
    const step = CELL_STEPS[event.key]
    if (step) this.at = clampPlace(this.at, step, columns, count)
    else if (event.key === "Home") this.at = event.ctrlKey ? 0 : this.at - (this.at % columns)
    else if (event.key === "End") {
      this.at = event.ctrlKey ? count - 1 : Math.min(count - 1, this.at - (this.at % columns) + columns - 1)
    } else if (event.key === "Enter" || event.key === " ") this.click(this.at)
    else return
    event.preventDefault()
    this.hovered = -1
    this.show(true)
  }

  click(place) {
    if (place < 0) return
    this.at = place
    this.show()
    if (this.header.form === "pictures") this.pick(place)
  }

  hover(place) {
    if (place === this.hovered) return
    this.hovered = place
    this.tell()
  }

  // The cell that keys are at is an element of its own each time, so that screen readers say it.
  show(inSight = false) {
    const { at, header } = this
    const made = document.createElement("div")
    made.className = "cell"
    made.id = `cell-${at}`
    made.setAttribute("role", "gridcell")
    made.setAttribute("aria-colindex", String((at % header.columns) + 1))
    if (header.form === "pictures") made.setAttribute("aria-selected", String(at === header.chosen))
    made.setAttribute("aria-label", this.describe(at))
    this.row.setAttribute("aria-rowindex", String(Math.floor(at / header.columns) + 1))
    this.place(made, at)
    this.row.replaceChildren(made)
    this.grid.setAttribute("aria-activedescendant", made.id)
    this.root.dataset.at = at
    if (inSight) made.scrollIntoView({ block: "nearest", inline: "nearest" })
    this.tell()
  }

  describe(place) {
    const { header, bytes } = this
    if (header.form === "pictures") return header.descriptions[place]
    const row = Math.floor(place / header.columns)
    const named = { row, column: place % header.columns, value: bytes[place], share: spellShare(bytes[place], 4) }
    return fill(header.labels.pixel, named)
  }

  tell() {
    write(this.readout, this.describe(this.hovered < 0 ? this.at : this.hovered))
  }

  dispose() {
    this.observer.disconnect()
  }
}

export default component("cell_grid", CellGrid, (view, { data, setTriggerValue }) => {
  view.receive(decode(data), (place) => setTriggerValue("picked", place))
})
