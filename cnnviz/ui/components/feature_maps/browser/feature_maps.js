// The viewer of feature maps: one layer as mosaics, or the whole network as a strip. Data in: bytes, see wire.js.
// Trigger out, "selected": {block, map, row, column}.
import { element } from "./elements.js"
import { Enlarged } from "./enlarged.js"
import { Frame } from "./frame.js"
import { exact, fill, short } from "./numbers.js"
import { decode, structure } from "./wire.js"

const viewers = new WeakMap()

class Viewer {
  constructor(root) {
    this.root = root
    this.enlarged = new Enlarged(this)
    this.on = {
      point: (stage, cell, byKeys) => this.point(stage, cell, byKeys),
      leave: (stage) => this.leave(stage),
      choose: (stage, cell, byKeys) => this.choose(stage, cell, byKeys),
      escape: (stage) => this.escape(stage),
    }
    this.width = root.clientWidth
    this.observer = new ResizeObserver(([{ contentRect }]) => this.resized(contentRect.width))
    this.observer.observe(root)
  }

  receive(data, trigger) {
    this.trigger = trigger
    this.header = decode(data)
    this.header.blocks.forEach(complete)
    const shape = structure(this.header)
    if (shape !== this.shape) this.build()
    this.shape = shape
    const theme = this.theme()
    this.frames.forEach((frame, i) => frame.update(this.header.blocks[i], this.header, theme))
    this.paint()
    if (this.pointed) this.read()
  }

  build() {
    const { root, header } = this
    this.pointed = null
    this.enlarged.map = null
    root.replaceChildren()
    root.classList.toggle("strip", header.mode === "strip")
    this.scroller = element("div", "blocks", root)
    this.frames = header.blocks.map((block) => new Frame(this.scroller, block, header, this.on))
    this.readout = element("output", "readout", root, header.labels.point)
    this.readout.dataset.role = "readout"
  }

  theme() {
    const style = getComputedStyle(this.root)
    return { ink: style.color, accent: style.getPropertyValue("--st-primary-color").trim() || style.color }
  }

  resized(width) {
    if (Math.floor(width) === this.width) return
    this.width = Math.floor(width)
    this.paint()
  }

  paint() {
    if (!this.width) return
    this.frames.forEach((frame) => frame.paint(this.width))
    if (this.enlarged.open) this.enlarged.paint()
  }

  point(stage, cell, byKeys) {
    if (this.pointed && this.pointed.stage !== stage) this.pointed.stage.outline(null)
    this.pointed = { stage, cell }
    this.readout.setAttribute("aria-live", byKeys ? "polite" : "off")
    this.read()
    stage.frame.point(cell.map)
    this.enlarged.echo(stage, cell)
  }

  read() {
    const { stage, cell } = this.pointed
    const { block } = stage.frame
    const values = stage.view.values(cell)
    if (values[0] === undefined) return
    const numbers = values.map(block.exact ? exact : short)
    const text = block.exact ? numbers.join(", ") : fill(this.header.labels.about, { value: numbers.join(", ") })
    this.readout.textContent = this.name(block) + this.sentence(block, cell, text)
    Object.assign(this.readout.dataset, { ...cell, block: block.id, value: numbers.join(" ") })
  }

  name(block) {
    if (this.frames.length < 2) return ""
    return `${this.header.mode === "strip" ? block.title : block.subtitle || block.title} · `
  }

  sentence(block, { map, row, column }, value) {
    const { labels } = this.header
    if (block.kind === "bars") return fill(labels.read_unit, { unit: block.ticks[row] ?? row, value })
    return fill(block.pictures > 1 ? labels.read_map : labels.read_cell, { map, row, column, value })
  }

  leave(stage) {
    if (this.pointed?.stage !== stage) return
    this.pointed = null
    this.readout.textContent = this.header.labels.point
    for (const name of Object.keys(this.readout.dataset)) if (name !== "role") delete this.readout.dataset[name]
    stage.frame.point()
    this.enlarged.echo(stage, null)
  }

  choose(stage, cell, byKeys) {
    const { block } = stage.frame
    if (block.kind !== "bars") this.enlarged.show(stage.frame, cell.map, byKeys)
    if (this.header.select) this.trigger({ block: block.id, map: cell.map, row: cell.row, column: cell.column })
  }

  escape(stage) {
    if (this.enlarged.open) this.enlarged.close()
    else stage.point(null)
  }
}

// What follows from a block's kind: a colour picture is one picture with three channels.
function complete(block) {
  block.mixed = block.kind === "image" && block.maps === 3
  block.pictures = block.mixed ? 1 : block.maps
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".feature_maps")
  let viewer = viewers.get(parentElement)
  if (viewer?.root !== root) viewers.set(parentElement, (viewer = new Viewer(root)))
  viewer.receive(data, (cell) => setTriggerValue("selected", cell))
  // Streamlit also calls this for a run that a newer one overtook, while the component is on the page.
  return () => setTimeout(() => root.isConnected || viewer.observer.disconnect())
}
