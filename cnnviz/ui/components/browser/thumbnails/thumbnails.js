// Small pictures, grey or in colour, in a row, as buttons to pick from, or as steps with a switch each.

const decoder = new TextDecoder()
const waiting = new WeakMap() // the newest message of each element that is not on the screen yet

function unpack(bytes) {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
  return { header: JSON.parse(decoder.decode(bytes.subarray(4, 4 + length))), payload: bytes.subarray(4 + length) }
}

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

function write(node, text) {
  if (node.textContent !== text) node.textContent = text
}

function element(tag, name, ...children) {
  const node = document.createElement(tag)
  node.className = name
  node.append(...children)
  return node
}

const frame = (size) => {
  const box = element("div", "box", document.createElement("canvas"))
  box.style.width = box.style.height = `${size}px`
  return box
}

// One maker a form: the node of a picture, and how its texts and states are brought up to date.
const FORMS = {
  row: { make: (size) => element("figure", "", frame(size), element("span", "caption")), update: () => {} },
  pick: {
    make(size) {
      const node = element("button", "", frame(size), element("span", "caption"))
      node.type = "button"
      return node
    },
    update: () => {},
  },
  steps: {
    make(size) {
      const button = element("button", "switch", element("span", "knob"), element("span", "caption"))
      button.type = "button"
      button.setAttribute("role", "switch")
      return element(
        "div",
        "step",
        frame(size),
        element("div", "texts", button, element("span", "why"), element("span", "effect")),
      )
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
    root.className = `thumbnails ${form}`
    root.replaceChildren(...pictures.map(() => FORMS[form].make(size)))
  }
  return [...root.children]
}

function show(root, { header, payload }, pick) {
  root.setAttribute("role", "group")
  root.setAttribute("aria-label", header.label)
  let offset = 0
  nodes(root, header).forEach((node, index) => {
    const { rows, columns, channels, caption } = header.pictures[index]
    const canvas = node.querySelector("canvas")
    fit(canvas, rows, columns, header.size)
    paint(canvas, payload.subarray(offset, (offset += rows * columns * channels)), rows, columns, channels)
    write(node.querySelector(".caption"), caption)
    FORMS[header.form].update(node, header.pictures[index])
    const button = node.matches("button") ? node : node.querySelector("button")
    if (button) button.onclick = () => pick(index)
  })
  root.dataset.painted = Number(root.dataset.painted ?? 0) + 1
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
  const message = unpack(data)
  const work = () => show(root, message, (index) => setTriggerValue("picked", index))
  if (root.dataset.painted) later(root, work)
  else work()
}
