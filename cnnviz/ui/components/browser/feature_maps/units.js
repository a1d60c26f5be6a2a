// The values of a dense layer: one bar a unit, upright, or lying for the strip. The same methods as Mosaic.
import { prepare, resize } from "./boxes.js"
import { css } from "./colours.js"
import { barSpan } from "./ranges.js"

const TICKS = 16
const LETTER = 6.5 // CSS pixels of an average letter

// The room of names beside bars, up to `most`; below bars it is one line.
export function ticksWidth(ticks, most) {
  const longest = Math.max(0, ...ticks.map((tick) => tick.length))
  if (!longest) return 0
  return longest < 3 ? TICKS : Math.max(TICKS, Math.min(most, 6 + LETTER * longest))
}

// A name that fits into `room`, cut off where it is too long.
export function shorten(name, room, measure) {
  const letters = Array.from(name) // no half of an emoji
  let text = name
  for (let length = letters.length - 1; measure(text) > room && length > 0; length -= 1)
    text = `${letters.slice(0, length).join("")}…`
  return text
}

export class Units {
  constructor(canvas) {
    this.canvas = canvas
    this.block = null
    this.look = null
    this.lying = false
    this.low = 0
    this.high = 0
    this.width = 0
    this.height = 0
    canvas.cellCentre = (map, row) => {
      const { x, y, width, height } = this.box({ row })
      return { x: x + width / 2, y: y + height / 2 }
    }
    canvas.cellBox = (map, row) => this.box({ row })
  }

  reserve(block, { width, height, lying }) {
    Object.assign(this, { block, lying, width, height })
    this.pitch = lying ? height / block.rows : Math.min(48, width / block.rows)
    if (!lying) this.width = this.pitch * block.rows
    this.ticks = ticksWidth(block.ticks, lying ? 0.7 * width : 0)
    resize(this.canvas, this.width, this.height)
  }

  show(block, place, look) {
    this.reserve(block, place)
    Object.assign(this, { look, ...barSpan(block) })
    const ratio = window.devicePixelRatio || 1
    this.draw(prepare(this.canvas, this.width * ratio, this.height * ratio), ratio, look.ink)
  }

  draw(context, ratio, ink) {
    context.setTransform(ratio, 0, 0, ratio, 0, 0)
    const gap = this.pitch > 3 ? Math.min(6, this.pitch / 5) : 0
    const zero = this.along(0)
    for (let row = 0; row < this.block.rows; row += 1) {
      const value = this.block.values[row]
      const end = this.along(value)
      context.fillStyle = this.colour(value)
      const [from, size] = [Math.min(zero, end), Math.max(Math.abs(end - zero), value ? 0.5 : 0)]
      if (this.lying) context.fillRect(from, row * this.pitch + gap / 2, size, this.pitch - gap)
      else context.fillRect(row * this.pitch + gap / 2, from, this.pitch - gap, size)
    }
    context.fillStyle = ink
    if (this.lying) context.fillRect(zero - 0.5, 0, 1, this.height)
    else context.fillRect(0, zero - 0.5, this.width, 1)
    if (this.block.ticks.length && this.pitch >= 9) this.name(context)
    context.setTransform(1, 0, 0, 1, 0, 0)
  }

  colour(value) {
    const { colours, accent } = this.look
    if (!this.block.signed) return accent
    return css(colours, value < 0 ? 45 : 211)
  }

  name(context) {
    context.font = "11px system-ui, sans-serif"
    context.textAlign = "center"
    context.textBaseline = "middle"
    const room = (this.lying ? this.ticks : this.pitch) - 2
    this.block.ticks.forEach((tick, row) => {
      const middle = (row + 0.5) * this.pitch
      const text = shorten(tick, room, (name) => context.measureText(name).width)
      context.fillText(text, this.lying ? this.ticks / 2 - 2 : middle, this.lying ? middle : this.height - TICKS / 2)
    })
  }

  // Where a value ends, along the bars.
  along(value) {
    const ticks = this.ticks
    const share = (value - this.low) / (this.high - this.low || 1)
    return this.lying ? ticks + share * (this.width - ticks) : (1 - share) * (this.height - ticks)
  }

  values({ row }) {
    return [this.block.values[row]]
  }

  box({ row }) {
    const start = row * this.pitch
    return this.lying
      ? { x: 0, y: start, width: this.width, height: this.pitch }
      : { x: start, y: 0, width: this.pitch, height: this.height }
  }

  mapBox() {
    return { x: 0, y: 0, width: this.width, height: this.height }
  }

  at(x, y) {
    const row = Math.floor((this.lying ? y : x) / this.pitch)
    const inside = x >= 0 && y >= 0 && x < this.width && y < this.height && row < this.block.rows
    return inside ? { map: 0, row, column: 0 } : null
  }

  step({ row }, [right, down]) {
    return { map: 0, row: Math.max(0, Math.min(this.block.rows - 1, row + right + down)), column: 0 }
  }
}
