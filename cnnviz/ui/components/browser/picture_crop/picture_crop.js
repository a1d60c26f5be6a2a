// A picture with a frame around what is read. Data in: bytes, a header {width, height, crop, marks, label, labels, ack}
// and the picture as JPEG. State out, "crop": {box, seq}, when the pointer or a key has changed the frame.

import { AckedChannel } from "../shared/acked_channel.js"
import { component } from "../shared/component.js"
import { decode } from "../shared/decode.js"
import { button, element, write } from "../shared/elements.js"
import { ARROWS } from "../shared/keys.js"
import { between, isLarge, moved, resized, shares } from "./box.js"

/** @typedef {import("./box.js").Box} Box */
/** @typedef {"frame" | "start" | "end"} Handle */

const KEY_STEP = 0.01 // of the longer side; with Shift five times as much

/** @type {Handle[]} */
const HANDLES = ["frame", "start", "end"]

class PictureCrop {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root
    /** @type {any} */
    this.header = null
    /** @type {Box} */
    this.box = [0, 0, 1, 1]
    /** @type {{ handle: Handle | null, from: [number, number], box: Box } | null} */
    this.drag = null
    this.jpeg = ""
    /** @type {(message: object) => void} */
    this.send = () => {}
    this.link = new AckedChannel((message) => this.send(message))
    root.replaceChildren()
    this.stage = element("div", "stage", root)
    this.canvas = element("canvas", "", this.stage)
    this.canvas.setAttribute("role", "img")
    this.marks = element("div", "marks", this.stage)
    const made = HANDLES.map((name) => [name, button(`handle ${name}`, this.stage, "")])
    /** @type {Record<Handle, HTMLButtonElement>} */
    this.handles = Object.fromEntries(made)
    this.hint = element("p", "hint", root)
    this.stage.onpointerdown = (event) => this.begin(event)
    this.stage.onpointermove = (event) => this.follow(event)
    this.stage.onpointerup = (event) => this.end(event)
    this.stage.onpointercancel = () => this.cancel()
    for (const name of HANDLES) this.handles[name].onkeydown = (event) => this.press(event, name)
  }

  /**
   * @param {Uint8Array} data
   * @param {(message: object) => void} send
   */
  receive(data, send) {
    const { header, buffer, start } = decode(data)
    this.send = send
    const settled = this.link.answered(header.ack) && this.link.settled
    this.header = header
    this.paint(new Uint8Array(buffer, start))
    this.canvas.setAttribute("aria-label", header.label)
    write(this.hint, header.labels.hint)
    this.showMarks()
    if (!settled || this.drag) return
    this.box = header.crop
    this.show()
  }

  /** @param {Uint8Array} jpeg */
  async paint(jpeg) {
    const { width, height } = this.header
    this.stage.style.aspectRatio = `${width} / ${height}`
    this.stage.style.setProperty("--aspect", String(width / height))
    const known = `${width} ${height} ${jpeg.length} ${jpeg.reduce((sum, byte) => (sum * 31 + byte) | 0, 0)}`
    if (known === this.jpeg) return
    this.jpeg = known
    const image = await createImageBitmap(new Blob([/** @type {BlobPart} */ (jpeg)], { type: "image/jpeg" }))
    if (known !== this.jpeg) return
    this.canvas.width = image.width
    this.canvas.height = image.height
    this.canvas.getContext("2d").drawImage(image, 0, 0)
    this.root.dataset.painted = String(Number(this.root.dataset.painted ?? 0) + 1)
  }

  showMarks() {
    this.marks.replaceChildren()
    for (const { kind, box } of this.header.marks) this.place(element("div", `mark ${kind}`, this.marks), box)
  }

  show() {
    const known = shares(this.box, this.size)
    this.place(this.handles.frame, this.box)
    Object.assign(this.handles.start.style, { left: `${known.left}%`, top: `${known.top}%` })
    Object.assign(this.handles.end.style, { left: `${known.right}%`, top: `${known.bottom}%` })
    for (const name of HANDLES) {
      const text = this.header.labels[name].replace(/\{(\w+)\}/g, (_, side) => String(Math.round(known[side])))
      this.handles[name].setAttribute("aria-label", text)
    }
  }

  /**
   * @param {HTMLElement} made
   * @param {Box} box
   */
  place(made, box) {
    const { left, top, right, bottom } = shares(box, this.size)
    Object.assign(made.style, {
      left: `${left}%`,
      top: `${top}%`,
      width: `${right - left}%`,
      height: `${bottom - top}%`,
    })
  }

  /** @returns {[number, number]} */
  get size() {
    return [this.header.width, this.header.height]
  }

  get whole() {
    return this.box[0] === 0 && this.box[1] === 0 && this.box[2] === this.size[0] && this.box[3] === this.size[1]
  }

  /**
   * @param {PointerEvent} event
   * @returns {[number, number]} in pixels of the picture
   */
  at(event) {
    const { left, top, width, height } = this.stage.getBoundingClientRect()
    return [((event.clientX - left) / width) * this.size[0], ((event.clientY - top) / height) * this.size[1]]
  }

  /** @param {PointerEvent} event */
  begin(event) {
    if (!this.header || !event.isPrimary || event.button) return
    const hit = HANDLES.find((name) => this.handles[name] === event.target)
    // A frame around everything cannot be moved: a new one is drawn on it.
    const handle = hit === "frame" && this.whole ? null : (hit ?? null)
    this.drag = { handle, from: this.at(event), box: this.box }
    this.stage.setPointerCapture(event.pointerId)
    event.preventDefault()
    this.handles[handle ?? "frame"].focus({ preventScroll: true })
  }

  /** @param {PointerEvent} event */
  follow(event) {
    if (!this.drag || !event.isPrimary) return
    const { handle, from, box } = this.drag
    const to = this.at(event)
    /** @type {[number, number]} */
    const by = [to[0] - from[0], to[1] - from[1]]
    this.box = handle ? this.changed(box, handle, by) : between(from, to, this.size)
    this.show()
  }

  /** @param {PointerEvent} event */
  end(event) {
    if (!this.drag || !event.isPrimary) return
    this.follow(event)
    const before = this.drag.box
    this.drag = null
    if (!isLarge(this.box)) this.box = before // a tap
    this.show()
    if (this.box.some((at, side) => at !== before[side])) this.tell()
  }

  cancel() {
    if (!this.drag) return
    this.box = this.drag.box
    this.drag = null
    this.show()
  }

  /**
   * @param {KeyboardEvent} event
   * @param {Handle} handle
   */
  press(event, handle) {
    if (event.key === "Escape") this.cancel()
    const arrow = ARROWS[event.key]
    if (!arrow || !this.header || event.altKey || event.ctrlKey || event.metaKey) return
    event.preventDefault()
    const step = Math.max(1, Math.round(Math.max(...this.size) * KEY_STEP)) * (event.shiftKey ? 5 : 1)
    const before = this.box
    this.box = this.changed(before, handle, [arrow[0] * step, arrow[1] * step])
    this.show()
    if (this.box.some((at, side) => at !== before[side])) this.tell()
  }

  /**
   * @param {Box} box
   * @param {Handle} handle
   * @param {[number, number]} by
   */
  changed(box, handle, by) {
    return handle === "frame" ? moved(box, by, this.size) : resized(box, handle, by, this.size)
  }

  tell() {
    this.link.push(() => ({ box: this.box }))
  }
}

export default component("picture_crop", PictureCrop, (view, { data, setStateValue }) => {
  view.receive(data, (message) => setStateValue("crop", message))
})
