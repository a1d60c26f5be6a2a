// One quantity: its title and its plot.
import { element } from "../shared/elements.js"
import { fill } from "../shared/format.js"
import { Hands } from "./hands.js"
import { value } from "./numbers.js"
import { plot } from "./plot.js"
import { lookOf } from "./theme.js"
import { latest, nearest, table } from "./wire.js"

export class Panel {
  constructor(parent, about, chart) {
    this.chart = chart
    this.about = about
    this.read = []
    const { labels } = chart.header
    this.root = element("figure", "panel", parent)
    this.root.dataset.panel = about.id
    const head = element("figcaption", "head", this.root)
    element("span", "title", head, about.title)
    if (about.log) this.switch(head, labels.log)
    this.host = element("div", "plot", this.root)
    this.host.tabIndex = 0
    this.host.setAttribute("role", "application")
    this.hands = new Hands(this)
  }

  switch(head, text) {
    const label = element("label", "switch", head)
    const box = element("input", "", label)
    box.type = "checkbox"
    box.dataset.role = "log"
    box.checked = this.logarithmic
    box.onchange = () => this.chart.setLog(this.about.id, box.checked)
    element("span", "", label, text)
  }

  get logarithmic() {
    return this.chart.logs.has(this.about.id)
  }

  shows(place) {
    const { id, of } = this.about.series[place]
    return !this.chart.hidden.has(of || id)
  }

  // The row of the table where the cursor reads this series.
  row(place) {
    const point = nearest(this.about.series[place], this.chart.cursor ?? 0)
    return point < 0 ? null : this.table.places[place][point]
  }

  update(about) {
    this.about = about
    this.table = table(about.series)
    this.paint()
  }

  paint() {
    const width = this.chart.width(this.host)
    if (!width || !this.table) return
    if (!this.drawn) this.make(width)
    else this.resize(width, this.chart.height)
    this.about.series.forEach((_, place) => this.show(place))
    const [min, max] = this.chart.view.range
    this.drawn.batch(() => {
      this.drawn.setData(this.table.columns, false)
      this.drawn.setScale("x", { min, max })
    })
    this.point()
  }

  resize(width, height) {
    if (this.drawn.width !== width || this.drawn.height !== height) this.drawn.setSize({ width, height })
  }

  make(width) {
    this.drawn = plot(this, this.host, width)
    this.hands.take(this.drawn.over)
  }

  remake() {
    this.drawn?.destroy()
    this.drawn = null
    this.paint()
  }

  show(place) {
    const shows = this.shows(place)
    if (this.drawn.series[place + 1].show !== shows) this.drawn.setSeries(place + 1, { show: shows })
  }

  // Draw the curve that is brought forward strongly, and the others pale.
  light() {
    if (!this.drawn) return
    this.about.series.forEach((series, place) => {
      Object.assign(this.drawn.series[place + 1], lookOf(series, this.chart.lit))
    })
    this.drawn.redraw(false)
  }

  // What the legend says of a curve.
  readingOf(id) {
    return this.read[this.about.series.findIndex((series) => series.id === id)] ?? ""
  }

  // The cursor, and the values nearest to it; without one those that were known at the marked moment, or the newest.
  point() {
    const { cursor, header } = this.chart
    const left = cursor === null || !this.drawn ? -10 : this.drawn.valToPos(cursor, "x")
    this.drawn?.setCursor({ left, top: left < 0 ? -10 : 1 }, false)
    const find = (series) => (cursor === null ? latest(series, header.at ?? Infinity) : nearest(series, cursor))
    this.read = this.about.series.map((series) => value(series.y[find(series)], this.about.share))
    if (!this.host.matches(":focus")) this.name()
  }

  // Not while it has the focus: a screen reader would begin anew at every update.
  name() {
    const { labels, axis } = this.chart.header
    this.host.setAttribute(
      "aria-label",
      fill(labels.chart, { panel: this.about.title, axis: labels[axis], values: this.values() }),
    )
  }

  values() {
    const said = this.about.series.map(
      ({ label }, place) => label && this.shows(place) && `${label} ${this.read[place]}`,
    )
    return said.filter(Boolean).join(", ")
  }

  select(from, to) {
    const [left, right] = [Math.min(from, to), Math.max(from, to)].map((x) => this.drawn.valToPos(x, "x"))
    this.drawn.setSelect({ left, width: right - left, top: 0, height: this.drawn.over.clientHeight }, false)
  }

  unselect() {
    this.drawn.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false)
  }

  dispose() {
    this.drawn?.destroy()
    this.drawn = null
  }
}
