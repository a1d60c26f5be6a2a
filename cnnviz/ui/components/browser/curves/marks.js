// Marks of curves, so that they are told apart without colours: polygons in a square from -1 to 1, or a circle.

const STAR = Array.from({ length: 10 }, (_, corner) => {
  const [size, angle] = [corner % 2 ? 0.55 : 1.25, (corner * Math.PI) / 5]
  return [size * Math.sin(angle), -size * Math.cos(angle)]
})

/** @type {(number[][] | null)[]} the corners of each mark; none for a circle */
const SHAPES = [
  null,
  [[-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]],
  [[0, -1.2], [1.15, 0.9], [-1.15, 0.9]],
  [[0, -1.3], [1.1, 0], [0, 1.3], [-1.1, 0]],
  [[0, 1.2], [1.15, -0.9], [-1.15, -0.9]],
  [[-0.4, -1.2], [0.4, -1.2], [0.4, -0.4], [1.2, -0.4], [1.2, 0.4], [0.4, 0.4],
   [0.4, 1.2], [-0.4, 1.2], [-0.4, 0.4], [-1.2, 0.4], [-1.2, -0.4], [-0.4, -0.4]],
  STAR,
] // prettier-ignore

/**
 * Return the corners of the mark of a colour, none for a circle.
 *
 * @param {number} colour index into the theme's colours
 */
export const markOf = (colour) => SHAPES[colour % SHAPES.length]

/**
 * Add the mark of a colour to a path.
 *
 * @param {Pick<CanvasPath, "moveTo" | "lineTo" | "closePath" | "arc">} path
 * @param {number} colour
 * @param {number} x
 * @param {number} y
 * @param {number} radius
 */
export function trace(path, colour, x, y, radius) {
  const corners = markOf(colour)
  if (!corners) {
    path.moveTo(x + radius, y)
    path.arc(x, y, radius, 0, 2 * Math.PI)
    return
  }
  corners.forEach(([right, down], place) => {
    const at = /** @type {const} */ ([x + right * radius, y + down * radius])
    if (place) path.lineTo(...at)
    else path.moveTo(...at)
  })
  path.closePath()
}

/**
 * Return the mark of a colour as SVG.
 *
 * @param {number} colour
 * @param {number} x
 * @param {number} y
 * @param {number} radius
 */
export function write(colour, x, y, radius) {
  const corners = markOf(colour)
  if (!corners) return `<circle class="mark" cx="${x}" cy="${y}" r="${radius}" />`
  const points = corners.map(([right, down]) => `${(x + right * radius).toFixed(1)},${(y + down * radius).toFixed(1)}`)
  return `<polygon class="mark" points="${points.join(" ")}" />`
}
