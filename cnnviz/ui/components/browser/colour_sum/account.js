// The account of one cell: 27 products, three sums of nine, their sum, the bias, relu. Whole numbers of millionths, by
// the rule of `colour_sum.py`, so that everything adds up to the last digit.
import { element, write } from "../shared/elements.js"
import { fill } from "../shared/format.js"

export const CHANNELS = ["red", "green", "blue"]
export const SIDE = 3

// A product of two numbers in millionths, in millionths; halves go away from zero. All of it fits into 53 bits.
function product(one, other, unit) {
  const whole = one * other
  return Math.sign(whole) * Math.floor((Math.abs(whole) + unit / 2) / unit)
}

export class Account {
  constructor(root) {
    const section = element("section", "account", root)
    section.setAttribute("aria-live", "polite")
    this.here = element("h4", "here", section)
    this.kind = element("p", "note", section)
    this.rows = CHANNELS.map((channel) => this.row(section, channel))
    this.sums = element("div", "sums", section)
    this.lines = ["red", "green", "blue", "total", "bias", "before", "after"].map((name) => this.line(name))
    this.why = element("p", "note", section)
  }

  row(parent, channel) {
    const line = element("div", `products ${channel}`, parent)
    const name = element("span", "channel-name", line)
    const grids = ["pixels", "weights", "results"].map((which, i) => {
      if (i) element("span", "sign", line, i === 1 ? "×" : "=")
      const grid = element("div", `numbers ${which}`, line)
      return Array.from({ length: SIDE * SIDE }, () => element("span", "", grid))
    })
    return { name, grids }
  }

  line(name) {
    const line = element("div", `line ${name}`, this.sums)
    return { name: element("span", "what", line), value: element("span", "value", line) }
  }

  // Millionths as a decimal number with all its digits.
  spell(whole, decimals) {
    const unit = 10 ** decimals
    const size = Math.abs(whole)
    return `${whole < 0 ? "−" : ""}${Math.floor(size / unit)}.${String(size % unit).padStart(decimals, "0")}`
  }

  show(data, row, column) {
    const { labels, decimals, columns, across, pixels, partial, total, before, after, kernel, bias } = data
    const unit = 10 ** decimals
    const spell = (whole) => this.spell(whole, decimals)
    write(this.here, fill(labels.cell, { row, column }))
    write(this.kind, labels.products)
    this.rows.forEach(({ name, grids: [window, weights, results] }, channel) => {
      write(name, labels[CHANNELS[channel]])
      for (let i = 0; i < SIDE * SIDE; i += 1) {
        const pixel = pixels[channel][(row + Math.floor(i / SIDE)) * columns + column + (i % SIDE)]
        const weight = kernel[channel * SIDE * SIDE + i]
        write(window[i], spell(pixel))
        write(weights[i], spell(weight))
        write(results[i], spell(product(pixel, weight, unit)))
      }
    })
    const place = row * across + column
    const values = [...partial.map((map) => map[place]), total[place], bias, before[place], after[place]]
    const names = [
      ...CHANNELS.map((channel) => labels[channel]),
      labels.total,
      labels.bias,
      labels.before,
      labels.after,
    ]
    this.lines.forEach((line, i) => {
      write(line.name, names[i])
      write(line.value, spell(values[i]))
    })
    write(this.why, before[place] < 0 ? labels.cut : labels.kept)
  }
}
