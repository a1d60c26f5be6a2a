// One line for every curve that has a name, for all panels: its colour, dashes and mark, and its value in each panel.
// Pointing at it, or going there by keys, brings the curve forward; a press hides it.
import { button, drawing, element, write } from "../shared/elements.js"
import { fill } from "../shared/format.js"
import * as marks from "./marks.js"
import { colourOf, dashOf } from "./theme.js"

const swatchOf = ({ colour, style }) =>
  drawing(`<svg xmlns="http://www.w3.org/2000/svg" width="28" height="12" aria-hidden="true" class="swatch ${style}">
    <line x1="0" y1="6" x2="28" y2="6" stroke="currentColor" stroke-width="2"
      stroke-dasharray="${dashOf(colour, style).join(" ")}" />${marks.write(colour, 14, 6, 4)}</svg>`)

/** The series with a name, each once, though it is in several panels. */
export function named(panels) {
  const all = panels.flatMap(({ series }) => series.filter(({ label }) => label))
  return [...new Map(all.map((series) => [series.id, series])).values()]
}

export class Legend {
  constructor(parent, chart) {
    this.chart = chart
    this.root = element("div", "legend", parent)
    this.entries = named(chart.header.panels).map((series) => this.entry(series))
  }

  entry(series) {
    const { chart } = this
    const { id, label } = series
    const made = button("entry", this.root, "", () => chart.toggle(id))
    made.dataset.series = id
    made.title = fill(chart.header.labels.hide, { series: label })
    const swatch = swatchOf(series)
    made.append(swatch)
    element("span", "name", made, label)
    const values = chart.header.panels.map(({ id: panel, title }) => {
      element("span", "unseen", made, title)
      const value = element("span", "value", made)
      value.dataset.panel = panel
      return value
    })
    made.onpointerenter = (event) => event.pointerType !== "touch" && chart.light(id)
    made.onpointerleave = () => chart.light(made.matches(":focus-visible") ? id : null)
    made.onfocus = () => made.matches(":focus-visible") && chart.light(id)
    made.onblur = () => chart.light(null)
    return { series, button: made, swatch, values }
  }

  // The values nearest to the cursor; without one those that were known at the marked moment, or the newest.
  update() {
    const { chart } = this
    for (const { series, button, swatch, values } of this.entries) {
      button.setAttribute("aria-pressed", String(!chart.hidden.has(series.id)))
      swatch.style.color = colourOf(chart.theme, series.colour)
      values.forEach((value, place) => write(value, chart.panels[place].readingOf(series.id)))
    }
  }
}
