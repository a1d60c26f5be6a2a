// A drawing in several widths. Data in: [{drawings: [[width, SVG text], ...]}], the widest first.
const drawings = new WeakMap()

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
    // Read as XML: nothing in it can be a script's or a page's.
    const read = new DOMParser().parseFromString(text, "image/svg+xml").documentElement
    this.root.replaceChildren(document.importNode(read, true))
    this.root.dataset.width = width
  }
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".drawing")
  let drawing = drawings.get(parentElement)
  if (drawing?.root !== root) drawings.set(parentElement, (drawing = new Drawing(root)))
  drawing.receive(data[0])
  return () => setTimeout(() => root.isConnected || drawing.observer.disconnect())
}
