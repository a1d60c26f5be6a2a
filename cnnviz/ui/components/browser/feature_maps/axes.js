// Numbers of rows and columns beside a large map.
import { element } from "../shared/elements.js"

const APART = 20 // CSS pixels that two numbers are apart at least
const STEPS = [1, 2, 5, 10, 20, 50, 100]

/**
 * Return which of `count` places have a number, and where its middle is.
 *
 * @param {number} count of rows or columns
 * @param {number} cell CSS pixels of one
 * @param {number} first number of the first
 * @param {number} [apart] CSS pixels from number to number, at least
 */
export function ticks(count, cell, first, apart = APART) {
  const step = STEPS.find((each) => each * cell >= apart) ?? STEPS.at(-1)
  const found = []
  for (let place = 0; place < count; place += 1)
    if ((first + place) % step === 0) found.push({ number: first + place, middle: (place + 0.5) * cell })
  return found
}

// Two lines of numbers around a stage; the readout says the same to those who hear the page.
export class Axes {
  constructor(parent) {
    this.root = element("div", "axes", parent)
    this.columns = element("div", "axis columns", this.root)
    this.rows = element("div", "axis rows", this.root)
    for (const axis of [this.columns, this.rows]) axis.setAttribute("aria-hidden", "true")
  }

  show({ rows, columns }, cell, zoom) {
    const text = JSON.stringify([rows, columns, cell, zoom])
    if (text === this.text) return
    this.text = text
    this.columns.replaceChildren()
    this.rows.replaceChildren()
    this.columns.style.width = `${columns * cell}px`
    this.rows.style.height = `${rows * cell}px`
    for (const { number, middle } of ticks(columns, cell, 0, APART * zoom))
      element("span", "", this.columns, String(number)).style.left = `${middle}px`
    for (const { number, middle } of ticks(rows, cell, 0, APART * zoom))
      element("span", "", this.rows, String(number)).style.top = `${middle}px`
  }
}
