// Small pictures, grey or in colour, in a row, as buttons to pick from, or as steps with a switch each.

import { decode } from "../shared/decode.js"
import { button, countPaint, element, write } from "../shared/elements.js"

const waiting = new WeakMap() // the newest message of each element that is not on the screen yet

function fit(canvas, rows, columns, size) {
  if (canvas.width === columns && canvas.height === rows) return
  const scale = size / Math.max(rows, columns)
  canvas.width = columns
  canvas.height = rows
  canvas.style.width = `${columns * scale}px`
  canvas.style.height = `${rows * scale}px`
}

// One byte a pixel is grey, three are red, green and blue.
function paint(canvas, bytes, rows, columns, channels) {
  const image = new ImageData(columns, rows)
  const pixels = new Uint32Array(image.data.buffer)
  if (channels === 1) {
    for (let i = 0; i < pixels.length; i++) pixels[i] = 0xff000000 | (bytes[i] * 0x010101)
  } else {
    for (let i = 0; i < pixels.length; i++) {
      pixels[i] = 0xff000000 | (bytes[3 * i + 2] << 16) | (bytes[3 * i + 1] << 8) | bytes[3 * i]
    }
  }
  canvas.getContext("2d").putImageData(image, 0, 0)
}

function frame(parent, size) {
  const box = element("div", "box", parent)
  element("canvas", "", box)
  box.style.width = box.style.height = `${size}px`
}

// One maker a form: the node of a picture, and how its texts and states are brought up to date.
const FORMS = {
  row: {
    make(size) {
      const node = element("figure")
      frame(node, size)
      element("span", "caption", node)
      return node
    },
    update: () => {},
  },
  pick: {
    make(size) {
      const node = button("", null, "")
      frame(node, size)
      element("span", "caption", node)
      return node
    },
    update: () => {},
  },
  steps: {
    make(size) {
      const node = element("div", "step")
      frame(node, size)
      const texts = element("div", "texts", node)
      const made = button("switch", texts, "")
      made.setAttribute("role", "switch")
      element("span", "knob", made)
      element("span", "caption", made)
      element("span", "why", texts)
      element("span", "effect", texts)
      return node
    },
    update(node, { why, effect, active }) {
      node.classList.toggle("off", !active)
      node.querySelector("button").setAttribute("aria-checked", String(active))
      write(node.querySelector(".why"), why)
      write(node.querySelector(".effect"), effect)
    },
  },
}

// The nodes stay from one update to the next, so that nothing flickers and the focus is kept.
function nodes(root, { form, size, pictures }) {
  const shape = `${form} ${size} ${pictures.length}`
  if (root.dataset.shape !== shape) {
    root.dataset.shape = shape
    root.className = `component thumbnails ${form}`
    root.replaceChildren(...pictures.map(() => FORMS[form].make(size)))
  }
  return [...root.children]
}

function show(root, { header, buffer, start }, pick) {
  root.setAttribute("role", "group")
  root.setAttribute("aria-label", header.label)
  let offset = start
  nodes(root, header).forEach((node, index) => {
    const { rows, columns, channels, caption } = header.pictures[index]
    const canvas = node.querySelector("canvas")
    fit(canvas, rows, columns, header.size)
    const bytes = new Uint8Array(buffer, offset, rows * columns * channels)
    offset += bytes.length
    paint(canvas, bytes, rows, columns, channels)
    write(node.querySelector(".caption"), caption)
    FORMS[header.form].update(node, header.pictures[index])
    const pressed = node.matches("button") ? node : node.querySelector("button")
    if (pressed) pressed.onclick = () => pick(index)
  })
  countPaint(root)
}

// What follows the pen is painted right after the frame that shows the answer, the newest message only.
function later(root, work) {
  const idle = !waiting.has(root)
  waiting.set(root, work)
  if (!idle) return
  let done = false
  const run = () => {
    if (done) return
    done = true
    const newest = waiting.get(root)
    waiting.delete(root)
    newest()
  }
  const channel = new MessageChannel()
  channel.port1.onmessage = run
  requestAnimationFrame(() => channel.port2.postMessage(0))
  setTimeout(run, 100) // a page in the background has no frames
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".thumbnails")
  const message = decode(data)
  const work = () => show(root, message, (index) => setTriggerValue("picked", index))
  if (root.dataset.painted) later(root, work)
  else work()
}
