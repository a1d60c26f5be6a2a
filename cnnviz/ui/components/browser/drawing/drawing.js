// A drawing in several widths. Data in: [{drawings: [[width, SVG text], ...]}], the widest first.
import { component } from "../shared/component.js"
import { drawing } from "../shared/elements.js"

class Drawing {
  constructor(root) {
    this.root = root
    this.observer = new ResizeObserver(([{ contentRect }]) => this.show(contentRect.width))
    this.observer.observe(root)
  }

  receive(data) {
    this.data = data
    this.text = ""
    this.show(this.root.clientWidth)
  }

  show(room) {
    if (!room) return
    const all = this.data.drawings
    const [width, text] = all.find(([width]) => width <= room) ?? all.at(-1)
    if (text === this.text) return
    this.text = text
    this.root.replaceChildren(drawing(text))
    this.root.dataset.width = width
  }

  dispose() {
    this.observer.disconnect()
  }
}

export default component("drawing", Drawing, (view, { data }) => view.receive(data[0]))
