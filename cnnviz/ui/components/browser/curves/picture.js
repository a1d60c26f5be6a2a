// The panels as one picture: titles, legends and plots as they stand on the page.
import { download } from "../shared/download.js"
import { colourOf, dashOf } from "./theme.js"

const EDGE = 12 // CSS pixels

export function save(chart, name) {
  const pixel = devicePixelRatio
  const box = chart.body.getBoundingClientRect()
  const canvas = document.createElement("canvas")
  canvas.width = (box.width + 2 * EDGE) * pixel
  canvas.height = (box.height + 2 * EDGE) * pixel
  const context = canvas.getContext("2d")
  context.fillStyle = chart.theme.paper
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.scale(pixel, pixel)
  context.translate(EDGE - box.left, EDGE - box.top)
  for (const panel of chart.panels) draw(context, panel, chart.theme)
  canvas.toBlob((blob) => download(blob, `${name}.png`))
}

function draw(context, panel, theme) {
  const { left, top } = panel.root.getBoundingClientRect()
  context.textBaseline = "top"
  context.fillStyle = theme.ink
  context.font = `600 14px ${theme.font}`
  context.fillText(panel.about.title, left, top + 4)
  legend(context, panel, theme)
  const canvas = panel.drawn?.ctx.canvas
  if (!canvas) return
  const place = canvas.getBoundingClientRect()
  context.drawImage(canvas, place.left, place.top, place.width, place.height)
}

// Each entry where its button is, without the value, which belongs to the cursor.
function legend(context, panel, theme) {
  context.font = `12px ${theme.font}`
  panel.entries.forEach((entry, place) => {
    if (!entry || !panel.shows(place)) return
    const { colour, label, style } = panel.about.series[place]
    const { left, top, height } = entry.button.getBoundingClientRect()
    const middle = top + height / 2
    context.strokeStyle = context.fillStyle = colourOf(theme, colour)
    context.lineWidth = 2
    context.setLineDash(dashOf(colour, style))
    context.beginPath()
    context.moveTo(left + 8, middle)
    context.lineTo(left + 26, middle)
    context.stroke()
    if (style === "points") context.fillRect(left + 14, middle - 3, 6, 6)
    context.fillStyle = theme.ink
    context.fillText(label, left + 32, middle - 6)
  })
}
