// One map of a convolution as a sum. Data in: bytes, see `map_sum/__init__.py`: a header {reads, out, names, others,
// kernels, window, bias, activation, strongest, decimals, labels}, then maps as float32: those that are read, their
// partial maps, what all others give, before and after the activation.
import { component } from "../shared/component.js"
import { decode } from "../shared/decode.js"
import { countPaint, element, write } from "../shared/elements.js"
import { fill } from "../shared/format.js"
import { mapPicture, palette } from "../colour_sum/pictures.js"
import { addition, roundToSum, spell } from "../colour_sum/rounding.js"
import { Sheet, addMap } from "../colour_sum/sheet.js"

const MAX_TINT = 45 // percent of its colour in the ground of the largest weight

function unpack(bytes) {
  const { header, buffer, start } = decode(bytes)
  const values = new Float32Array(buffer, start)
  let at = 0
  const take = ([rows, columns]) => values.subarray(at, (at += rows * columns))
  const { reads, out, names } = header
  return {
    ...header,
    down: out[0],
    across: out[1],
    read: names.map(() => take(reads)),
    partial: names.map(() => take(out)),
    rest: take(out),
    before: take(out),
    after: take(out),
  }
}

const largestOf = (maps) =>
  maps.reduce((most, map) => map.reduce((top, value) => Math.max(top, Math.abs(value)), most), 0) || 1

const inShort = (weight) => spell(Math.round(weight * 100), 2)

class MapSum {
  constructor(root) {
    this.root = root
    this.data = null
    /** @type {number[]} row and column of the cell whose numbers are shown */
    this.at = [0, 0]
    this.subject = ""
    this.shape = ""
    /** @type {{ words: HTMLElement, map: Sheet, value: HTMLElement } | null} */
    this.rest = null
    /** @type {{ seen: Sheet, slice: HTMLElement, words: HTMLElement, map: Sheet, value: HTMLElement }[]} */
    this.rows = []
    root.replaceChildren()
    const diagram = element("div", "diagram", root)
    this.list = element("div", "rows", diagram)
    const ends = element("div", "ends", diagram)
    this.bias = element("p", "bias", ends)
    this.before = this.end(ends, "before")
    this.after = this.end(ends, "after")
    this.after.sheet.canvas.tabIndex = 0
    this.account = element("p", "account", root)
    this.account.setAttribute("aria-live", "polite")
    this.scale = element("p", "note", root)
    this.rule = element("p", "note", root)
  }

  end(parent, className) {
    const sheet = addMap(parent, className, this)
    return { sheet, value: element("span", "value", sheet.figure) }
  }

  receive(data) {
    const subject = JSON.stringify([data.kernels, data.strongest, data.out])
    // Another map, or another digit, has another strongest cell.
    if (subject !== this.subject) this.at = data.strongest
    Object.assign(this, { data, subject })
    this.build()
    this.name()
    this.paint()
    this.look()
    countPaint(this.root)
  }

  // A row for each map that is shown, and one for all others.
  build() {
    const { names, others, kernels } = this.data
    const shape = JSON.stringify([names.length, others > 0, kernels[0].length, kernels[0][0].length])
    if (shape === this.shape) return
    this.shape = shape
    this.list.replaceChildren()
    this.rows = names.map(() => this.row())
    this.rest = others ? this.others() : null
  }

  row() {
    const seen = new Sheet(this.list, "seen")
    element("span", "sign", this.list, "×")
    const box = element("div", "slice", this.list)
    const words = element("div", "name", box)
    const slice = element("div", "weights", box)
    slice.setAttribute("role", "img")
    element("span", "sign", this.list, "=")
    return { seen, words, slice, map: addMap(this.list, "partial", this), value: element("span", "value", this.list) }
  }

  others() {
    const words = element("p", "others", this.list)
    element("span", "sign", this.list, "=")
    return { words, map: addMap(this.list, "partial", this), value: element("span", "value", this.list) }
  }

  name() {
    const { labels, names, others, kernels, activation } = this.data
    this.rows.forEach(({ seen, words, slice, map }, place) => {
      const name = names[place]
      write(seen.name, name)
      seen.canvas.setAttribute("role", "img")
      seen.canvas.setAttribute("aria-label", name)
      write(words, labels.slice)
      this.weights(slice, kernels[place])
      const weights = kernels[place].flat().map(inShort)
      slice.setAttribute("aria-label", fill(labels.slice_values, { name, weights: weights.join(", ") }))
      this.call(map, fill(labels.partial, { name }))
    })
    if (this.rest) {
      write(this.rest.words, fill(labels.others, { count: others }))
      this.call(this.rest.map, fill(labels.others_give, { count: others }))
    }
    this.call(this.before.sheet, labels.before)
    this.call(this.after.sheet, fill(labels.after, { activation }))
    this.after.sheet.figure.hidden = activation === "linear"
    this.before.sheet.canvas.tabIndex = activation === "linear" ? 0 : -1
  }

  call(sheet, name) {
    write(sheet.name, name)
    sheet.canvas.setAttribute("aria-label", fill(this.data.labels.maps, { name }))
  }

  // One slice of the kernel: its numbers on a ground that tells sign and size.
  weights(parent, kernel) {
    parent.style.setProperty("--columns", String(kernel[0].length))
    const largest = largestOf(this.data.kernels.map((one) => one.flat()))
    parent.replaceChildren()
    for (const weight of kernel.flat()) {
      const cell = element("span", weight < 0 ? "below" : "above", parent, inShort(weight))
      cell.style.setProperty("--tint", `${(MAX_TINT * Math.abs(weight)) / largest}%`)
    }
  }

  paint() {
    const { data } = this
    const { read, partial, rest, before, after, labels, reads, out } = data
    const colours = palette(this.root)
    const largest = { read: largestOf(read), sum: largestOf([...partial, rest, before]) }
    const draw = (sheet, values, [rows, columns], top) => mapPicture(sheet.canvas, values, rows, columns, top, colours)
    this.rows.forEach(({ seen, map }, place) => {
      draw(seen, read[place], reads, largest.read)
      draw(map, partial[place], out, largest.sum)
    })
    if (this.rest) draw(this.rest.map, rest, out, largest.sum)
    draw(this.before.sheet, before, out, largest.sum)
    draw(this.after.sheet, after, out, largest.sum)
    const [most, sum] = [largest.read, largest.sum].map((value) => value.toPrecision(3))
    write(this.scale, fill(labels.scale, { read: most, sum }))
    write(this.rule, fill(labels.rule, { decimals: data.decimals }))
  }

  look() {
    const { data, at } = this
    const { reads, out, window } = data
    const from = at.map((place, axis) => place * window.strides[axis] - window.margins[axis])
    for (const { seen, map } of this.rows) {
      seen.look(from, window.spans, reads)
      map.look(at, [1, 1], out)
    }
    for (const sheet of [this.rest?.map, this.before.sheet, this.after.sheet]) sheet?.look(at, [1, 1], out)
    this.add()
    Object.assign(this.root.dataset, { row: at[0], column: at[1] })
  }

  // The numbers of the cell, which add up as they are shown.
  add() {
    const { data, at } = this
    const { labels, decimals, others, bias, activation } = data
    const place = at[0] * data.across + at[1]
    const given = [...data.partial.map((map) => map[place]), ...(others ? [data.rest[place]] : [])]
    const { parts, total } = roundToSum(bias === null ? given : [...given, bias], decimals)
    const plain = (value) => value
    const terms = parts.map((units) => ({ units, words: plain }))
    if (others) terms[this.rows.length].words = (value) => fill(labels.rest_term, { value, count: others })
    if (bias !== null) terms[given.length].words = (value) => fill(labels.bias_term, { value })
    this.rows.forEach(({ value }, i) => write(value, spell(parts[i], decimals)))
    if (this.rest) write(this.rest.value, spell(parts[this.rows.length], decimals))
    write(this.bias, bias === null ? "" : `${labels.bias}: ${spell(parts[given.length], decimals)}`)
    // relu is worked out from what is shown, so that both numbers end alike.
    const ended = activation === "relu" ? Math.max(0, total) : Math.round(data.after[place] * 10 ** decimals)
    const [before, after] = [total, ended].map((units) => spell(units, decimals))
    write(this.before.value, before)
    write(this.after.value, after)
    const where = fill(labels.cell, { row: at[0], column: at[1] })
    const result = activation === "linear" ? "" : `; ${fill(labels.result, { activation, value: after })}`
    write(this.account, `${where} ${addition(terms, decimals)} = ${before}${result}`)
  }
}

export default component("map_sum", MapSum, (view, { data }) => view.receive(unpack(data)))
