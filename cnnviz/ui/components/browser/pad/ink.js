// Paints strokes: round caps, round joins, nothing smoothed, so that what is sent is what is drawn.

export const SIDE = 280 // canvas pixels on each side, whatever the size on the screen

export class Ink {
  constructor(canvas) {
    this.canvas = canvas
    this.context = canvas.getContext("2d")
    this.shown = SIDE // CSS pixels, set by the observer of the canvas: measuring here would lay out the page
  }

  fit(pixels = Math.max(SIDE, Math.round(this.shown * (window.devicePixelRatio || 1)))) {
    if (this.canvas.width !== pixels) this.canvas.width = this.canvas.height = pixels
    this.scale = pixels / SIDE
  }

  // True when the theme has another colour for ink than what was painted.
  get faded() {
    return getComputedStyle(this.canvas).color !== this.colour
  }

  begin(width) {
    const { context } = this
    context.setTransform(this.scale, 0, 0, this.scale, 0, 0)
    context.strokeStyle = this.colour
    context.lineCap = context.lineJoin = "round"
    context.lineWidth = width
    context.beginPath()
  }

  // A stroke is [width, x0, y0, x1, y1, ...]; `from` is the first point to draw, for the newest piece only.
  stroke(stroke, from = 0) {
    this.begin(stroke[0])
    const first = 1 + 2 * from
    this.context.moveTo(stroke[first], stroke[first + 1])
    for (let i = first; i < stroke.length; i += 2) this.context.lineTo(stroke[i], stroke[i + 1])
    if (stroke.length - first === 2) this.context.lineTo(stroke[first] + 0.01, stroke[first + 1])
    this.context.stroke()
  }

  paint(strokes, sample, colour = getComputedStyle(this.canvas).color) {
    this.colour = colour
    this.context.setTransform(1, 0, 0, 1, 0, 0)
    this.context.clearRect(0, 0, this.canvas.width, this.canvas.height)
    if (sample) this.sample(sample)
    strokes.forEach((stroke) => this.stroke(stroke))
  }

  // n x n amounts of ink, 255 is full ink, or n x n x 3 colours, shown as the squares that they are.
  sample(values) {
    const channels = Number.isInteger(Math.sqrt(values.length)) ? 1 : 3
    const side = Math.round(Math.sqrt(values.length / channels))
    const { context, canvas } = this
    context.fillStyle = this.colour
    for (let i = 0; i < side * side; i += 1) {
      if (channels === 3) context.fillStyle = `rgb(${values.subarray(3 * i, 3 * i + 3).join(" ")})`
      else if (!values[i]) continue
      const [left, right] = [i % side, (i % side) + 1].map((x) => Math.round((x * canvas.width) / side))
      const row = Math.floor(i / side)
      const [top, bottom] = [row, row + 1].map((y) => Math.round((y * canvas.height) / side))
      context.globalAlpha = channels === 3 ? 1 : values[i] / 255
      context.fillRect(left, top, right - left, bottom - top)
    }
    context.globalAlpha = 1
  }
}
