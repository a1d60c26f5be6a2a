// Small pictures of maps and of the drawing, with a frame around what is read of them.
import { fromBase64 } from "../shared/decode.js"
import { element } from "../shared/elements.js"
import { ring } from "../shared/ring.js"
import { channelsOf } from "../shared/theme.js"

const SHADE = 0.3 // of the brightness that pixels outside of the receptive field keep

// What is said beside a picture is not said again by it.
function canvasOf(columns, rows, side, parent, label, isSaid = false) {
  const cell = Math.max(1, Math.floor(side / Math.max(rows, columns)))
  const canvas = element("canvas", "", parent)
  const ratio = Math.max(1, Math.round(window.devicePixelRatio || 1))
  Object.assign(canvas, { width: columns * cell * ratio, height: rows * cell * ratio })
  Object.assign(canvas.style, { width: `${columns * cell}px`, height: `${rows * cell}px` })
  canvas.setAttribute("aria-label", label)
  if (isSaid) canvas.setAttribute("aria-hidden", "true")
  else canvas.setAttribute("role", "img")
  return { canvas, context: canvas.getContext("2d"), cell: cell * ratio, ratio }
}

function frame({ context, cell, ratio }, rows, columns) {
  if (!rows.length || !columns.length) return
  const side = cell / ratio
  const [x, y] = [columns[0] * side, rows[0] * side]
  ring(context, ratio, { x, y, width: (columns.at(-1) + 1) * side - x, height: (rows.at(-1) + 1) * side - y })
}

// Grey from black to white; with a colour on either side of black where there are negative values.
function shaded(value, top, colours) {
  const share = Math.min(1, Math.abs(value) / (top || 1))
  if (!colours) return Array(3).fill(Math.round(255 * Math.max(0, value > 0 ? share : 0)))
  return (value < 0 ? colours.negative : colours.positive).map((channel) =>
    Math.round(channel * share + (share > 0.75 ? 255 * (share - 0.75) : 0)),
  )
}

// The marking colours of the style sheet.
function signColours(parent) {
  const style = getComputedStyle(parent)
  const [negative, positive] = ["--blue", "--orange"].map((name) => channelsOf(style.getPropertyValue(name)))
  return { negative, positive }
}

const css = (parts) => `rgb(${parts.map((part) => Math.min(255, Math.round(part))).join(" ")})`

// One map of a layer, painted once; what lies on it is drawn anew. `block` as the viewers have it.
export class Picture {
  constructor(parent, block, of, side, label, isSaid = false) {
    this.block = block
    this.of = of
    this.place = canvasOf(block.columns, block.rows, side, parent, label, isSaid)
    this.whole = document.createElement("canvas")
    Object.assign(this.whole, { width: block.columns, height: block.rows })
    this.fill(parent)
  }

  fill(parent) {
    const { block, of } = this
    let top = 0
    let low = 0
    for (let i = of; i < block.values.length; i += block.maps) {
      top = Math.max(top, Math.abs(block.values[i]))
      low = Math.min(low, block.values[i])
    }
    const colours = low < 0 ? signColours(parent) : null
    const image = new ImageData(block.columns, block.rows)
    for (let i = 0; i < block.rows * block.columns; i += 1) {
      const parts = shaded(block.values[i * block.maps + of], top, colours)
      image.data.set([...parts.map((part) => Math.min(255, Math.round(part))), 255], i * 4)
    }
    this.whole.getContext("2d").putImageData(image, 0, 0)
  }

  value(row, column) {
    return this.block.values[(row * this.block.columns + column) * this.block.maps + this.of]
  }

  // With a window on it, and up to a cell along the rows; what comes after that one is still empty.
  draw({ rows, columns }, last = Infinity) {
    const { block, place, whole } = this
    const { context, canvas, cell } = place
    context.imageSmoothingEnabled = false
    context.clearRect(0, 0, canvas.width, canvas.height)
    const full = Math.min(block.rows, Math.floor((last + 1) / block.columns))
    const part = full < block.rows ? (last + 1) % block.columns : 0
    const paint = (row, high, wide) =>
      high && wide && context.drawImage(whole, 0, row, wide, high, 0, row * cell, wide * cell, high * cell)
    paint(0, full, block.columns)
    paint(full, 1, part)
    const inside = (numbers, most) => numbers.filter((number) => number >= 0 && number < most)
    frame(place, inside(rows, block.rows), inside(columns, block.columns))
  }
}

// One map of a layer with the window on it.
export function map(parent, block, of, window, side, label, isSaid = false) {
  new Picture(parent, block, of, side, label, isSaid).draw(window)
}

// A slice of a kernel: orange for what is positive, blue for what is negative, the stronger the larger.
export function kernel(parent, weights, side, label) {
  const picture = canvasOf(weights[0].length, weights.length, side, parent, label, true)
  const top = Math.max(...weights.flat().map(Math.abs))
  const colours = signColours(parent)
  weights.forEach((line, row) =>
    line.forEach((weight, column) => {
      picture.context.fillStyle = css(shaded(weight, top, colours))
      picture.context.fillRect(column * picture.cell, row * picture.cell, picture.cell, picture.cell)
    }),
  )
}

// What the network read, as a block for `map`.
export function digitBlock({ shape: [rows, columns, maps], digit }) {
  return { rows, columns, maps, values: Float32Array.from(fromBase64(digit), (byte) => byte / 255) }
}

// The drawing, bright where `rows` and `columns` are and shaded elsewhere.
export function field(parent, { shape, digit, rows, columns }, side, label) {
  const [high, wide, channels] = shape
  const picture = canvasOf(wide, high, side, parent, label)
  const values = fromBase64(digit)
  const seen = { rows: new Set(rows), columns: new Set(columns) }
  for (let row = 0; row < high; row += 1) {
    for (let column = 0; column < wide; column += 1) {
      const at = (row * wide + column) * channels
      const colour = channels === 1 ? Array(3).fill(values[at]) : [...values.subarray(at, at + 3)]
      const clear = seen.rows.has(row) && seen.columns.has(column)
      picture.context.fillStyle = css(
        clear ? colour.map((part) => 28 + part * (227 / 255)) : colour.map((part) => part * SHADE),
      )
      picture.context.fillRect(column * picture.cell, row * picture.cell, picture.cell, picture.cell)
    }
  }
  frame(picture, rows, columns)
  Object.assign(picture.canvas.dataset, { role: "field", rows: rows.join(" "), columns: columns.join(" ") })
}
