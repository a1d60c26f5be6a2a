// Pictures and maps as pixels on canvases; one cell is one pixel, the browser enlarges it unsmoothed.
import { isLight } from "../shared/theme.js"

function paint(canvas, rows, columns, colour) {
  if (canvas.width !== columns || canvas.height !== rows) Object.assign(canvas, { width: columns, height: rows })
  const image = new ImageData(columns, rows)
  for (let i = 0; i < rows * columns; i += 1) image.data.set([...colour(i), 255], 4 * i)
  canvas.getContext("2d").putImageData(image, 0, 0)
}

const level = (value, unit) => Math.round((255 * value) / unit)

export function picture(canvas, pixels, rows, columns, unit) {
  paint(canvas, rows, columns, (i) => pixels.map((channel) => level(channel[i], unit)))
}

// One channel alone, in its own colour from black on.
export function channelPicture(canvas, values, place, rows, columns, unit) {
  paint(canvas, rows, columns, (i) => [0, 1, 2].map((other) => (other === place ? level(values[i], unit) : 0)))
}

const ENDS = {
  light: [
    [22, 87, 161],
    [188, 75, 53],
  ],
  dark: [
    [70, 166, 239],
    [226, 130, 71],
  ],
}
const MIDDLE = { light: [242, 243, 245], dark: [28, 30, 33] }

// Blue below zero, orange above it, and what is nearest to the page in between.
export function palette(root) {
  const theme = isLight(getComputedStyle(root).color) ? "dark" : "light"
  return { middle: MIDDLE[theme], ends: ENDS[theme] }
}

export function mapPicture(canvas, values, rows, columns, largest, { middle, ends }) {
  paint(canvas, rows, columns, (i) => {
    const share = Math.min(1, Math.abs(values[i]) / largest) ** 0.75
    const end = ends[values[i] < 0 ? 0 : 1]
    return middle.map((from, channel) => Math.round(from + (end[channel] - from) * share))
  })
}
