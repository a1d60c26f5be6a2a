// The drawing as files to keep: a picture, and the strokes themselves, which can be opened again.
import { download } from "../shared/download.js"
import { Ink, SIDE } from "./ink.js"

const SHARPNESS = 2 // pixels of the picture a canvas pixel
const NAME = "drawing"

/**
 * Return the text of a file of strokes, as `cnnviz.core.drawing.stroke_file` reads it.
 *
 * @param {number[][]} strokes each [width, x0, y0, x1, y1, ...] in canvas pixels
 */
export function text(strokes) {
  const told = strokes.map(([width, ...numbers]) => ({
    width,
    points: Array.from({ length: numbers.length / 2 }, (_, i) => numbers.slice(2 * i, 2 * i + 2)),
  }))
  return JSON.stringify({ format: "cnnviz-drawing", version: 1, side: SIDE, strokes: told })
}

export function saveStrokes(strokes) {
  download(new Blob([text(strokes)], { type: "application/json" }), `${NAME}.json`)
}

// Dark ink on white paper, whatever the theme, so that it can be printed and read again; or chosen ink and paper.
export function savePicture(strokes, sample, ink = "#000", paper = "#fff") {
  const canvas = document.createElement("canvas")
  const picture = new Ink(canvas)
  picture.fit(SHARPNESS * SIDE)
  picture.paint(strokes, sample, ink)
  const { context } = picture
  context.setTransform(1, 0, 0, 1, 0, 0)
  context.globalCompositeOperation = "destination-over"
  context.fillStyle = paper
  context.fillRect(0, 0, canvas.width, canvas.height)
  canvas.toBlob((blob) => download(blob, `${NAME}.png`))
}
