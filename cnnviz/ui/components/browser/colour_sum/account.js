// The account of one cell: 27 products, three sums of nine, their sum, the bias, relu. Whole numbers of millionths, by
// the rule of `colour_sum.py`, so that everything adds up to the last digit.
import { element, write } from "../shared/elements.js"
import { fill } from "../shared/format.js"
import { roundToSum, spell } from "./rounding.js"

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

  show(data, row, column) {
    const { labels, decimals, shown, columns, across, pixels, partial, before, kernel, bias } = data
    const [unit, last] = [10 ** decimals, 10 ** shown]
    const place = row * across + column
    const round = (whole) => Math.round((whole / unit) * last)
    // With fewer decimals than there are, numbers are rounded so that they still add up, from the last sum backwards.
    const fit = (wholes, total) => {
      if (shown === decimals) return wholes
      const exact = wholes.map((whole) => whole / unit)
      return roundToSum(exact, shown, total).parts
    }
    const ended = round(before[place])
    const addends = fit([...partial.map((map) => map[place]), bias], ended)
    write(this.here, fill(labels.cell, { row, column }))
    write(this.kind, labels.products)
    this.rows.forEach(({ name, grids: [window, weights, results] }, channel) => {
      write(name, labels[CHANNELS[channel]])
      const products = window.map((span, i) => {
        const pixel = pixels[channel][(row + Math.floor(i / SIDE)) * columns + column + (i % SIDE)]
        const weight = kernel[channel * SIDE * SIDE + i]
        write(span, spell(round(pixel), shown))
        write(weights[i], spell(round(weight), shown))
        return product(pixel, weight, unit)
      })
      fit(products, addends[channel]).forEach((each, i) => write(results[i], spell(each, shown)))
    })
    const values = [...addends.slice(0, 3), ended - addends[3], addends[3], ended, Math.max(ended, 0)]
    const names = [
      ...CHANNELS.map((channel) => labels[channel]),
      labels.total,
      labels.bias,
      labels.before,
      labels.after,
    ]
    this.lines.forEach((line, i) => {
      write(line.name, names[i])
      write(line.value, spell(values[i], shown))
    })
    write(this.why, before[place] < 0 ? labels.cut : labels.kept)
  }
}
