// Curves that grow: panels over one x axis, with one cursor and one zoom. Data in: bytes, see wire.js. Trigger out,
// "picked": {x}. Whatever the visitor has set (zoom, hidden series, axes) stays as it is when new data comes.
import { component } from "../shared/component.js"
import { element, write } from "../shared/elements.js"
import { fill } from "../shared/format.js"
import { iconButton } from "../shared/icons.js"
import { spareHeight } from "../shared/room.js"
import { Legend } from "./legend.js"
import { Panel } from "./panel.js"
import { save } from "./picture.js"
import { themeOf } from "./theme.js"
import { View } from "./view.js"
import { decode, structure } from "./wire.js"

const KEY_STEPS = 200 // arrow presses from one end of what is seen to the other
const USUAL_TYPE = 16 // CSS pixels
const SHARE = 0.25 // of what a high window has to spare

class Chart {
  constructor(root) {
    this.root = root
    this.view = new View()
    this.hidden = new Set()
    this.logs = new Set()
    this.lit = null
    this.cursor = null
    this.panels = []
    root.dataset.painted = root.dataset.received = 0
    this.observer = new ResizeObserver(() => this.paint())
    this.observer.observe(root)
    this.resized = () => this.header?.fills && this.paint()
    addEventListener("resize", this.resized)
  }

  receive(header, trigger) {
    this.header = header
    this.trigger = trigger
    this.theme = themeOf(this.root)
    this.newest = Math.max(
      header.at ?? 0,
      header.until,
      ...header.panels.flatMap(({ series }) => series.map(({ x }) => x.at(-1) ?? 0)),
    )
    this.view.grow(this.newest, header.axis)
    const shape = structure(header)
    if (shape !== this.shape) this.build()
    this.shape = shape
    this.panels.forEach((panel, place) => panel.update(header.panels[place]))
    this.root.dataset.received = Number(this.root.dataset.received) + 1
    this.describe()
  }

  build() {
    const { root, header } = this
    const { labels } = header
    for (const panel of this.panels) panel.dispose()
    root.replaceChildren()
    this.lit = null
    this.legend = new Legend(root, this)
    this.body = element("div", "panels", root)
    this.panels = header.panels.map((about) => new Panel(this.body, about, this))
    const foot = element("div", "foot", root)
    this.readout = element("output", "readout", foot)
    this.readout.dataset.role = "readout"
    const tools = element("div", "tools", foot)
    iconButton("in", tools, () => this.zoom((view) => view.scale(0.5, this.middle)), labels.zoom_in)
    iconButton("out", tools, () => this.zoom((view) => view.scale(2, this.middle)), labels.zoom_out)
    this.resetButton = iconButton("reset", tools, () => this.zoom((view) => view.reset()), labels.reset)
    iconButton("save", tools, () => save(this, header.key), labels.save)
    this.measured = null
  }

  // CSS pixels of a plot: as many as Python says with the usual type, more where type is larger or the window has room.
  get height() {
    const type = parseFloat(getComputedStyle(document.documentElement).fontSize) || USUAL_TYPE
    const spare = this.header.fills ? SHARE * spareHeight(innerHeight, type) : 0
    return Math.round((this.header.height * type) / USUAL_TYPE + spare)
  }

  get middle() {
    return this.cursor ?? (this.view.range[0] + this.view.range[1]) / 2
  }

  // All panels are equally wide; asked once, before the first is drawn, so that the page is laid out once.
  width(host) {
    this.measured ??= Math.floor(host.clientWidth)
    return this.measured
  }

  paint() {
    this.measured = null
    for (const panel of this.panels) panel.paint()
    if (this.panels.length) this.describe()
  }

  zoom(change) {
    change(this.view)
    this.paint()
  }

  toggle(id) {
    if (!this.hidden.delete(id)) this.hidden.add(id)
    if (this.lit === id || this.hidden.has(id)) this.light(null)
    this.paint()
  }

  // Bring a curve forward, with what belongs to it; null brings none.
  light(id) {
    const lit = this.hidden.has(id) ? null : id
    if (lit === this.lit) return
    this.lit = lit
    for (const panel of this.panels) panel.light()
    if (lit === null) delete this.root.dataset.lit
    else this.root.dataset.lit = lit
  }

  setLog(id, on) {
    if (on) this.logs.add(id)
    else this.logs.delete(id)
    this.panels.find(({ about }) => about.id === id).remake()
    this.describe()
  }

  select(from, to) {
    for (const panel of this.panels) panel.select(from, to)
  }

  unselect() {
    for (const panel of this.panels) panel.unselect()
  }

  point(x, byKeys = false) {
    const whole = x !== null && this.header.axis === "batches" ? Math.round(x) : x
    this.cursor = whole === null ? null : Math.max(0, whole)
    this.byKeys = byKeys
    for (const panel of this.panels) panel.point()
    this.readout.setAttribute("aria-live", byKeys ? "polite" : "off")
    this.describe()
  }

  walk(from, steps) {
    const { axis } = this.header
    const step = this.view.span / KEY_STEPS
    this.goTo(from + steps * (axis === "batches" ? Math.max(1, Math.round(step)) : step))
  }

  goTo(x) {
    const inside = Math.max(0, Math.min(this.newest, x))
    this.view.reveal(inside)
    this.paint()
    this.point(inside, true)
  }

  pick(x) {
    if (this.header.pick) this.trigger({ x: this.header.axis === "batches" ? Math.round(x) : x })
  }

  // Describe the chart in words, and in data attributes that tests read.
  describe() {
    const { root, view, header, cursor } = this
    const [low, high] = view.range
    this.legend.update()
    Object.assign(root.dataset, { low, high, zoomed: Boolean(view.zoom), painted: Number(root.dataset.painted) + 1 })
    if (cursor === null) delete root.dataset.cursor
    else root.dataset.cursor = cursor
    if (header.at === null) delete root.dataset.moment
    else root.dataset.moment = header.moment
    this.resetButton.disabled = !view.zoom
    const values = this.byKeys
      ? `: ${this.panels.map((panel) => `${panel.about.title} ${panel.values()}`).join("; ")}`
      : ""
    write(this.readout, cursor === null ? this.rest() : this.place(cursor) + values)
    root.classList.toggle("picks", header.pick)
  }

  place(x) {
    const { labels, axis, epoch } = this.header
    if (axis === "epochs") return fill(labels.epoch, { x: x.toFixed(2) })
    return fill(epoch ? labels.batch_epoch : labels.batch, { x, epoch: Math.max(1, Math.ceil(x / epoch)) })
  }

  rest() {
    const { labels, axis, pick, panels } = this.header
    if (!this.view.zoom) return pick ? labels.hint_pick : labels.hint
    const [low, high] = this.view.range.map((x) => (axis === "epochs" ? x.toFixed(2) : Math.round(x)))
    const every = Math.max(...panels.flatMap(({ series }) => series.map((one) => one.every)))
    const zoomed = fill(axis === "epochs" ? labels.zoomed_epochs : labels.zoomed, { low, high })
    return every > 1 ? `${zoomed} ${fill(labels.thinned, { every })}` : zoomed
  }

  dispose() {
    removeEventListener("resize", this.resized)
    this.observer.disconnect()
    for (const panel of this.panels) panel.dispose()
  }
}

export default component("curves", Chart, (chart, { data, setTriggerValue }) => {
  chart.receive(decode(data), (place) => setTriggerValue("picked", place))
})
