// Small pictures, grey or in colour, in a row, as buttons to pick from, or as steps with a switch each. Those that show
// what is drawn follow the browser's own reading while the pen moves.

import { decode } from "../shared/decode.js"
import { button, call, countPaint, element, focused, write } from "../shared/elements.js"
import { follow } from "../shared/followers.js"
import * as live from "../shared/live.js"
import { nextPicture } from "./rows.js"

const MAX_SIDE = 64 // pixels a side; Python thins larger pictures likewise

const waiting = new WeakMap() // the newest message of each element that is not on the screen yet

/** @type {WeakMap<HTMLElement, Follower>} */
const followers = new WeakMap()

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
    // Without a caption it is a picture of the group, which has a name.
    update(node, { caption }) {
      if (caption) node.removeAttribute("role")
      else node.setAttribute("role", "none")
    },
  },
  pick: {
    make(size) {
      const node = button("", null, "")
      frame(node, size)
      element("span", "caption", node)
      return node
    },
    update(node, { caption, tone = "", description = "", current = false }) {
      node.dataset.tone = tone
      if (description) call(node, `${caption}, ${description}`)
      if (current) node.setAttribute("aria-current", "true")
      else node.removeAttribute("aria-current")
    },
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
  root.onkeydown = header.roving ? (event) => rove(root, event) : null
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
  if (header.roving) stopAt(root, [...root.children].indexOf(focused(root)))
  countPaint(root)
}

// Pictures are one stop for Tab: the one that has the focus, else the first.
function stopAt(root, place) {
  const stop = Math.max(0, place)
  ;[...root.children].forEach((node, index) => (node.tabIndex = index === stop ? 0 : -1))
}

// Arrows go from picture to picture, up and down by a row as it has wrapped.
function rove(root, event) {
  const pictures = [...root.children]
  const to = nextPicture(
    event.key,
    pictures.indexOf(focused(root)),
    pictures.map(({ offsetTop }) => offsetTop),
  )
  if (to === null) return
  event.preventDefault()
  stopAt(root, to)
  pictures[to].focus()
}

/** An element whose pictures are those of what is drawn. */
class Follower {
  constructor(root) {
    this.root = root
    this.following = false
    this.paintSent = () => {}
    this.kind = ""
    this.size = 0
  }

  // What Python sent: how to paint it, what it is ("input" or "steps"), and the size of a picture.
  receive(paintSent, { live: kind, size }) {
    Object.assign(this, { paintSent, kind, size, following: false })
    live.subscribe(this)
    if (live.newest()) this.showLive(live.newest())
  }

  showLive({ input, inputShape, steps }) {
    this.following = true
    const [rows, columns, channels] = inputShape
    const pictures = this.kind === "steps" ? steps.map(thin) : [{ rows, columns, channels, data: bytes(input) }]
    for (const [index, node] of [...this.root.children].entries()) {
      const { data, ...shape } = pictures[index]
      const canvas = node.querySelector("canvas")
      fit(canvas, shape.rows, shape.columns, this.size)
      paint(canvas, data, shape.rows, shape.columns, shape.channels)
    }
    countPaint(this.root)
  }

  restore() {
    if (!this.following) return
    this.following = false
    this.paintSent()
  }
}

const bytes = (unit) => Uint8Array.from(unit, (value) => Math.fround(value * 255 + 0.5))

// Every nth pixel of a picture that is larger than what is shown.
function thin({ rows, columns, data }) {
  const step = Math.ceil(Math.max(rows, columns) / MAX_SIDE)
  const [down, across] = [Math.ceil(rows / step), Math.ceil(columns / step)]
  const thinned = new Uint8Array(down * across)
  for (let i = 0; i < thinned.length; i += 1) {
    thinned[i] = data[step * Math.floor(i / across) * columns + step * (i % across)]
  }
  return { rows: down, columns: across, channels: 1, data: thinned }
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

function follower(root) {
  if (!followers.has(root)) followers.set(root, new Follower(root))
  return followers.get(root)
}

export default follow(({ data, parentElement, setTriggerValue }) => {
  /** @type {HTMLElement} */
  const root = parentElement.querySelector(".thumbnails")
  const message = decode(data)
  const paintSent = () => show(root, message, (index) => setTriggerValue("picked", index))
  const work = () => {
    paintSent()
    if (message.header.live) follower(root).receive(paintSent, message.header)
  }
  if (root.dataset.painted) later(root, work)
  else work()
})
