// A frame around cells of a map that is seen on any colour: a light line with a dark one around it.

const LINES = [
  { colour: "#000", out: 1.5 },
  { colour: "#fff", out: 0.5 },
]

/**
 * Draw the frame, on a canvas of `ratio` pixels a CSS pixel.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {number} ratio
 * @param {{ x: number, y: number, width: number, height: number }} box CSS pixels
 */
export function ring(context, ratio, { x, y, width, height }) {
  for (const { colour, out } of LINES) {
    context.strokeStyle = colour
    context.lineWidth = ratio
    context.strokeRect((x - out) * ratio, (y - out) * ratio, (width + 2 * out) * ratio, (height + 2 * out) * ratio)
  }
}
