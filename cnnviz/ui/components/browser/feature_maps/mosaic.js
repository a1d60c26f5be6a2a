// All maps of one block on one canvas.
import { ring } from "../shared/ring.js"
import { prepare, resize } from "./boxes.js"
import { onColour } from "./colours.js"
import { short } from "./numbers.js"
import { level, mixed, pixels } from "./ranges.js"

const NUMBERS_FROM = 38 // CSS pixels a cell needs to have its value written into it

const NUMBER = 10 / 13 // of the room below a map: the type of its number

export class Mosaic {
  constructor(canvas) {
    this.canvas = canvas
    this.block = null
    this.grid = null
    this.look = null
    /** @type {number | null} the single map that is shown */
    this.only = null
    /** @type {{ maps: number[], rows: number[], columns: number[] }[]} what the ledger reads of these maps */
    this.marks = []
    this.across = 1 // maps a row of the atlas
    this.atlas = document.createElement("canvas")
    canvas.cellCentre = (map, row, column) => {
      const box = this.box({ map, row, column })
      return { x: box.x + box.width / 2, y: box.y + box.height / 2 }
    }
    canvas.cellBox = (map, row, column) => this.box({ map, row, column })
  }

  reserve(block, grid) {
    Object.assign(this, { block, grid })
    resize(this.canvas, grid.width, grid.height)
  }

  // `only` is the single map to show, for the enlarged view.
  show(block, grid, look, only = null, ratio = window.devicePixelRatio || 1) {
    Object.assign(this, { block, grid, look, only })
    this.fillAtlas()
    resize(this.canvas, grid.width, grid.height)
    this.draw(prepare(this.canvas, grid.width * ratio, grid.height * ratio), ratio, look.ink)
  }

  fillAtlas() {
    const { block, look, atlas } = this
    this.across = Math.ceil(Math.sqrt(block.pictures))
    const { image, width, height } = block.mixed ? mixed(block) : pixels(block, look.tops, look.colours, this.across)
    if (atlas.width !== width || atlas.height !== height) Object.assign(atlas, { width, height })
    atlas.getContext("2d").putImageData(new ImageData(new Uint8ClampedArray(image.buffer), width, height), 0, 0)
  }

  draw(context, ratio, ink) {
    const { rows, columns } = this.block
    context.imageSmoothingEnabled = this.grid.cell * ratio < 1
    for (const map of this.maps()) {
      const { x, y, width, height } = this.mapBox(map)
      const [left, top] = [Math.round(x * ratio), Math.round(y * ratio)]
      context.drawImage(
        this.atlas,
        (map % this.across) * columns,
        Math.floor(map / this.across) * rows,
        columns,
        rows,
        left,
        top,
        Math.round((x + width) * ratio) - left,
        Math.round((y + height) * ratio) - top,
      )
    }
    if (this.block.chosen) this.mark(context, ratio)
    for (const each of this.marks ?? []) this.window(context, ratio, each)
    if (this.grid.label) this.number(context, ratio, ink)
    if (this.only !== null && this.grid.cell >= NUMBERS_FROM && !this.block.mixed) this.write(context, ratio)
  }

  maps() {
    return this.only === null ? Array(this.block.pictures).keys() : [this.only]
  }

  mark(context, ratio) {
    const [row, column] = this.block.chosen
    for (const map of this.maps()) ring(context, ratio, this.box({ map, row, column }))
  }

  // What the ledger reads of these maps.
  window(context, ratio, { maps, rows, columns }) {
    if (!rows.length || !columns.length) return
    for (const map of maps) {
      const from = this.box({ map, row: rows[0], column: columns[0] })
      const to = this.box({ map, row: rows.at(-1), column: columns.at(-1) })
      ring(context, ratio, { ...from, width: to.x + to.width - from.x, height: to.y + to.height - from.y })
    }
  }

  number(context, ratio, ink) {
    context.fillStyle = ink
    context.font = `${Math.round(this.grid.label * NUMBER) * ratio}px system-ui, sans-serif`
    context.textAlign = "center"
    context.textBaseline = "top"
    for (const map of this.maps()) {
      const { x, y, width, height } = this.mapBox(map)
      context.fillText(this.block.ticks[map] ?? map, (x + width / 2) * ratio, (y + height + 2) * ratio)
    }
  }

  write(context, ratio) {
    const { rows, columns } = this.block
    context.font = `${Math.min(12, this.grid.cell / 3.4) * ratio}px system-ui, sans-serif`
    context.textAlign = "center"
    context.textBaseline = "middle"
    for (let row = 0; row < rows; row += 1) {
      for (let column = 0; column < columns; column += 1) {
        const cell = { map: this.only, row, column }
        const { x, y, width, height } = this.box(cell)
        const [value] = this.values(cell)
        context.fillStyle = Number.isNaN(value)
          ? this.look.ink // nothing is painted below it
          : onColour(this.look.colours[level(value, this.look.tops[this.only], this.block.signed)])
        context.fillText(short(value), (x + width / 2) * ratio, (y + height / 2) * ratio)
      }
    }
  }

  // The values of a cell: one, or the three channels of a colour picture.
  values({ map, row, column }) {
    const { values, columns, maps, mixed: channels } = this.block
    const start = (row * columns + column) * maps
    return channels ? [...values.subarray(start, start + maps)] : [values[start + map]]
  }

  mapBox(map) {
    const { across, wide, high, cell } = this.grid
    const place = this.only === null ? map : 0
    return {
      x: (place % across) * wide,
      y: Math.floor(place / across) * high,
      width: this.block.columns * cell,
      height: this.block.rows * cell,
    }
  }

  box({ map, row, column }) {
    const { x, y } = this.mapBox(map)
    const { cell } = this.grid
    return { x: x + column * cell, y: y + row * cell, width: cell, height: cell }
  }

  // The cell under a place on the canvas; null between maps.
  at(x, y) {
    const { across, wide, high, cell } = this.grid
    const [i, j] = [Math.floor(x / wide), Math.floor(y / high)]
    const column = Math.floor((x - i * wide) / cell)
    const row = Math.floor((y - j * high) / cell)
    const map = this.only ?? j * across + i
    const outside = x < 0 || y < 0 || i >= across || map >= this.block.pictures
    return outside || column >= this.block.columns || row >= this.block.rows ? null : { map, row, column }
  }

  // The next cell in a direction, on to the neighbouring map at an edge.
  step({ map, row, column }, [right, down]) {
    const { rows, columns, pictures } = this.block
    const next = { map, row: row + down, column: column + right }
    if (next.row >= 0 && next.row < rows && next.column >= 0 && next.column < columns) return next
    const other = map + right + down * this.grid.across
    const sameRow = !right || Math.floor(other / this.grid.across) === Math.floor(map / this.grid.across)
    if (this.only !== null || other < 0 || other >= pictures || !sameRow) return { map, row, column }
    return { map: other, row: (next.row + rows) % rows, column: (next.column + columns) % columns }
  }
}
