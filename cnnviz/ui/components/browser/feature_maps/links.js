// Pictures that belong together: a map first, then what a sliding window made of it. Pointing at one shows the window
// in the map and its cell in all the others.
import { fill } from "../shared/format.js"
import { exact, short } from "./numbers.js"

const MAX_VALUES = 16 // of a window, written out

// The window that a cell of the frame at `place` stands for: its cell in the results; null where no window reads it.
export function windowOf(place, { row, column }, { size, strides, margins, out }) {
  if (place > 0) return { row, column }
  const [r, c] = [row, column].map((at, axis) => {
    const window = Math.min(Math.floor((at + margins[axis]) / strides[axis]), out[axis] - 1)
    return at + margins[axis] < window * strides[axis] + size[axis] ? window : null
  })
  return r === null || c === null ? null : { row: r, column: c }
}

// The first and the last cell of the map under a window, and where the window begins, in the padding perhaps.
export function covered({ row, column }, { size, strides, margins }, { rows, columns }) {
  const [top, left] = [row * strides[0] - margins[0], column * strides[1] - margins[1]]
  const first = { map: 0, row: Math.max(0, top), column: Math.max(0, left) }
  return {
    first,
    last: { map: 0, row: Math.min(rows, top + size[0]) - 1, column: Math.min(columns, left + size[1]) - 1 },
  }
}

// Outlines in all pictures, and the sentence with the numbers.
export function tie({ frames, pointed, header, readout }) {
  const { links, labels } = header
  const [source, ...results] = frames
  const window = windowOf(frames.indexOf(pointed.stage.frame), pointed.cell, links)
  if (!window) return untied(frames, pointed, readout, labels)
  const { first, last } = covered(window, links, source.block)
  source.stage.span(first, last)
  const cell = { map: 0, ...window }
  for (const { stage } of results) stage.span(cell, cell)
  const numbers = results.map(({ stage, block }) => ({ name: block.title, value: stage.view.values(cell)[0] }))
  const fields = {
    top: first.row,
    bottom: last.row,
    left: first.column,
    right: last.column,
    values: written(source, first, last),
  }
  const found = numbers.map(({ name, value }) => fill(labels.read_result, { name, value: short(value) }))
  readout.textContent = `${fill(labels.read_window, fields)} → ${found.join(", ")}`
  clear(readout)
  Object.assign(readout.dataset, {
    row: window.row,
    column: window.column,
    value: numbers.map(({ value }) => exact(value)).join(" "),
  })
}

function written({ stage }, first, last) {
  const lines = []
  for (let row = first.row; row <= last.row; row += 1) {
    const line = []
    for (let column = first.column; column <= last.column; column += 1)
      line.push(short(stage.view.values({ map: 0, row, column })[0]))
    lines.push(line.join(" "))
  }
  const count = lines.length * (last.column - first.column + 1)
  return count <= MAX_VALUES ? lines.join(" / ") : `${lines[0].split(" ").slice(0, 4).join(" ")} …`
}

function untied(frames, { stage, cell }, readout, labels) {
  for (const frame of frames) if (frame.stage !== stage) frame.stage.span(null)
  stage.span(cell, cell)
  readout.textContent = fill(labels.read_skipped, cell)
  clear(readout)
}

export function untie(frames) {
  for (const { stage } of frames) stage.span(null)
}

function clear(readout) {
  for (const name of Object.keys(readout.dataset)) if (name !== "role") delete readout.dataset[name]
}
