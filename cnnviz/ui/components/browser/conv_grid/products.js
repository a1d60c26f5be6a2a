// The products of one window, as they lie: two factors and what they give in each cell. Pointing at one lights up both
// factors where they stand.
import { element, write } from "../shared/elements.js"

export class Products {
  constructor(parent, light) {
    this.root = element("figure", "products", parent)
    this.name = element("figcaption", "name", this.root)
    this.cells = element("div", "cells", this.root)
    this.light = light
  }

  // `window` is null as long as it is not worked out.
  show(window, columns, name) {
    this.root.hidden = !window
    if (!window) return
    write(this.name, name)
    this.cells.replaceChildren()
    this.cells.style.setProperty("--columns", columns)
    window.products.forEach(([factors, product], i) => {
      const column = i % columns
      if (!column) this.line = element("div", "line", this.cells)
      const tap = [(i - column) / columns, column]
      const cell = element("div", "product", this.line)
      element("span", "factors", cell, factors)
      element("span", "value", cell, product)
      cell.onpointerenter = () => this.light(window.taps[i], tap)
      cell.onpointerleave = () => this.light()
    })
  }
}
