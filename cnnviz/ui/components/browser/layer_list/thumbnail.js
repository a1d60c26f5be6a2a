// One map of a layer, small: the one that responds most; or its units as bars.
import { tableOf } from "../feature_maps/colours.js"
import { level } from "../feature_maps/ranges.js"
import { isLight } from "../shared/theme.js"

const MAX_BARS = 28

/**
 * Return the map with the largest value.
 *
 * @param {{ values: Float32Array, maps: number }} block
 */
export function strongest({ values, maps }) {
  let best = 0
  for (let i = 1; i < values.length; i += 1) if (values[i] > values[best]) best = i
  return best % maps
}

/**
 * Return at most `MAX_BARS` values in [0, 1] for the values of a layer's units, the largest of each group.
 *
 * @param {ArrayLike<number>} values
 */
export function bars(values) {
  const count = Math.min(MAX_BARS, values.length)
  const heights = new Float32Array(count)
  let top = 0
  for (let i = 0; i < values.length; i += 1) {
    const place = Math.floor((i * count) / values.length)
    heights[place] = Math.max(heights[place], values[i])
    top = Math.max(top, values[i])
  }
  return heights.map((height) => (top ? height / top : 0))
}

/**
 * Paint a block, and return the map that is shown. While values are rough, as long as the pen is down, that stays the
 * same, so that the picture moves but does not change places.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {any} block
 * @param {{ ink: string, accent: string, palette: string, map: number }} look
 */
export function draw(canvas, block, look) {
  if (block.kind === "bars") return drawBars(canvas, bars(block.values), look.accent)
  const { rows, columns, maps, values } = block
  const rough = !block.exact && !block.settled
  const map = look.map >= 0 && look.map < maps && rough ? look.map : strongest(block)
  if (canvas.width !== columns || canvas.height !== rows) Object.assign(canvas, { width: columns, height: rows })
  const colours = tableOf(block, look.palette, isLight(look.ink))
  let top = 0
  for (let i = map; i < values.length; i += maps) top = Math.max(top, block.signed ? Math.abs(values[i]) : values[i])
  const image = new Uint32Array(rows * columns)
  for (let cell = 0; cell < image.length; cell += 1)
    image[cell] = colours[level(values[cell * maps + map], top, block.signed)]
  const pixels = new ImageData(new Uint8ClampedArray(image.buffer), columns, rows)
  canvas.getContext("2d").putImageData(pixels, 0, 0)
  return map
}

function drawBars(canvas, heights, accent) {
  const side = MAX_BARS
  if (canvas.width !== side || canvas.height !== side) Object.assign(canvas, { width: side, height: side })
  const context = canvas.getContext("2d")
  context.clearRect(0, 0, side, side)
  context.fillStyle = accent
  const wide = side / heights.length
  heights.forEach((height, place) => {
    context.fillRect(place * wide, side * (1 - height), Math.max(1, wide - 1), side * height)
  })
  return -1
}
