// The chart as one picture: legend, titles and plots as they stand on the page.
import { download } from "../shared/download.js"
import { trace } from "./marks.js"
import { colourOf, dashOf } from "./theme.js"

const EDGE = 12 // CSS pixels

export function save(chart, name) {
  const pixel = devicePixelRatio
  const { left, right, bottom } = chart.body.getBoundingClientRect()
  const { top } = chart.legend.root.getBoundingClientRect()
  const canvas = document.createElement("canvas")
  canvas.width = (right - left + 2 * EDGE) * pixel
  canvas.height = (bottom - top + 2 * EDGE) * pixel
  const context = canvas.getContext("2d")
  context.fillStyle = chart.theme.paper
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.scale(pixel, pixel)
  context.translate(EDGE - left, EDGE - top)
  drawLegend(context, chart)
  for (const panel of chart.panels) draw(context, panel, chart.theme)
  canvas.toBlob((blob) => download(blob, `${name}.png`))
}

function draw(context, panel, theme) {
  const { left, top } = panel.root.getBoundingClientRect()
  context.textBaseline = "top"
  context.fillStyle = theme.ink
  context.font = `600 14px ${theme.font}`
  context.fillText(panel.about.title, left, top + 4)
  const canvas = panel.drawn?.ctx.canvas
  if (!canvas) return
  const place = canvas.getBoundingClientRect()
  context.drawImage(canvas, place.left, place.top, place.width, place.height)
}

// Each entry where its button is, without the values, which belong to the cursor.
function drawLegend(context, { legend, theme, hidden }) {
  context.font = `12px ${theme.font}`
  context.textBaseline = "middle"
  for (const { series, button } of legend.entries) {
    if (hidden.has(series.id)) continue
    const { colour, label, style } = series
    const { left, top, height } = button.getBoundingClientRect()
    const middle = top + height / 2
    context.strokeStyle = context.fillStyle = colourOf(theme, colour)
    context.lineWidth = 2
    context.setLineDash(dashOf(colour, style))
    context.beginPath()
    context.moveTo(left + 8, middle)
    context.lineTo(left + 36, middle)
    context.stroke()
    if (style === "points") {
      context.beginPath()
      trace(context, colour, left + 22, middle, 4)
      context.fill()
    }
    context.fillStyle = theme.ink
    context.fillText(label, left + 42, middle)
  }
}
