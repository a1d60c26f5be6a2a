// The live pad: strokes go to Python while the pen moves.
// Data in: [{revision, ack, brush, drawing, example, backdrop, labels, disabled, colours: [] or [ink, paper],
// limits: {strokes, points, reach, brush: [min, max]}}].
// State out, "strokes": {revision, seq, down, brush, sample, strokes: [[width, x0, y0, x1, y1, ...], ...]}.
import { component } from "../shared/component.js"
import { fromBase64 } from "../shared/decode.js"
import { ARROWS } from "../shared/keys.js"
import { Drawing } from "./drawing.js"
import { Ink, SIDE } from "./ink.js"
import { Link } from "./link.js"
import { build, name } from "./parts.js"

class Pad {
  constructor(root) {
    this.root = root
    this.parts = build(root)
    this.ink = new Ink(this.parts.canvas)
    this.drawing = new Drawing()
    this.link = new Link(() => this.state())
    this.cursor = [SIDE / 2, SIDE / 2]
    this.pointer = null
    this.sample = null
    this.touched = this.touchedBefore = false
    this.listen()
    this.observer = new ResizeObserver(([{ contentRect }]) => this.resized(contentRect.width))
    this.observer.observe(this.parts.canvas)
  }

  state() {
    const { strokes, open } = this.drawing
    const { revision } = this.data
    const sample = this.showsSample
    return { revision, down: open !== null, brush: this.brush, sample, strokes: strokes.map((s) => [...s]) }
  }

  receive(data, send) {
    const before = this.data
    this.data = data
    this.link.send = send
    if (!before) this.start(data)
    const news = ["revision", "backdrop", "disabled"].filter((name) => before?.[name] !== data[name])
    if (news.includes("revision")) this.replace(data)
    // A test digit that was drawn over stays, so that undo brings it back, until Python gives another drawing.
    if (news.includes("revision") || data.backdrop) this.sample = data.backdrop && fromBase64(data.backdrop)
    this.dress(data.colours ?? [])
    if (JSON.stringify(before?.labels) !== JSON.stringify(data.labels)) name(this.parts, data.labels)
    if (news.length || this.ink.faded) this.refresh()
    if (before) this.link.answered(data.ack) // last: it may send, and must not send old strokes as the new revision's
  }

  // The theme's ink and paper, or chosen ones; what is painted notices by itself that its colour has faded.
  dress([ink, paper]) {
    const { style, classList } = this.root
    classList.toggle("dressed", Boolean(ink))
    if (!ink) return
    style.setProperty("--chosen-ink", ink)
    style.setProperty("--chosen-paper", paper)
  }

  start(data) {
    this.drawing.limits = data.limits
    const [min, max] = data.limits.brush
    Object.assign(this.parts.range, { min, max })
    this.setBrush(data.brush)
    this.link.start(data.ack)
  }

  replace(data) {
    this.lift()
    this.link.drop()
    this.drawing.load(data.drawing)
    this.touched = false
  }

  resized(width) {
    if (!width) return
    this.ink.shown = width
    this.paint()
  }

  paint() {
    this.ink.fit()
    this.ink.paint(this.drawing.strokes, this.showsSample && this.sample)
  }

  get showsSample() {
    return Boolean(this.sample) && !this.touched && !this.drawing.strokes.length
  }

  refresh() {
    const { undo, clear, range, hint, canvas } = this.parts
    const disabled = Boolean(this.data.disabled)
    this.root.classList.toggle("disabled", disabled)
    undo.disabled = disabled || !this.undoable
    clear.disabled = disabled || (!this.drawing.strokes.length && !this.showsSample)
    range.disabled = disabled
    canvas.setAttribute("aria-disabled", String(disabled))
    hint.hidden = this.drawing.strokes.length > 0 || this.showsSample
    this.paint()
  }

  changed(status) {
    this.touched = true
    if (status) this.say(status)
    this.link.changed()
  }

  say(status) {
    this.parts.status.textContent = this.data.labels[status]
  }

  setBrush(width) {
    this.brush = Number(width)
    this.parts.range.value = width
    this.parts.dot.style.setProperty("--width", `${this.brush}px`)
  }

  press(x, y) {
    if (this.data.disabled) return
    const anew = Boolean(this.data.example) && !this.touched
    if (!this.drawing.begin(x, y, this.brush, anew)) return this.say("full")
    this.touchedBefore = this.touched
    this.touched = true
    this.refresh()
    this.changed("down")
  }

  drag(places) {
    const { drawing } = this
    const from = drawing.open && (drawing.open.length - 1) / 2 - 1
    const moved = places.filter(([x, y]) => drawing.move(x, y)).length
    if (!moved) return
    this.ink.stroke(drawing.open, from)
    this.changed()
  }

  lift() {
    if (this.pointer !== null && this.parts.canvas.hasPointerCapture(this.pointer)) {
      this.parts.canvas.releasePointerCapture(this.pointer)
    }
    this.pointer = null
    if (!this.drawing.open) return
    this.drawing.end()
    this.changed("up") // before all that only this browser waits for
    this.refresh()
  }

  undo() {
    if (this.data.disabled || !this.undoable) return
    this.drawing.undo()
    this.edited("undone", this.drawing.undoable)
  }

  // What was drawn, and after it the test digit that it replaced.
  get undoable() {
    return this.drawing.undoable || Boolean(this.sample && this.touched)
  }

  clear() {
    if (this.data.disabled) return
    this.lift()
    if (this.drawing.clear() || this.showsSample) this.edited("cleared")
  }

  edited(status, touched = true) {
    this.touched = touched
    this.say(status)
    this.link.changed()
    this.refresh()
  }

  place(event) {
    const box = this.parts.canvas.getBoundingClientRect()
    const scale = SIDE / box.width
    return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale]
  }

  listen() {
    const { canvas, undo, clear, range } = this.parts
    canvas.onpointerdown = (event) => this.pointerDown(event)
    canvas.onpointermove = (event) => {
      if (event.pointerId !== this.pointer) return
      const events = event.getCoalescedEvents?.() ?? []
      this.drag((events.length ? events : [event]).map((each) => this.place(each)))
    }
    canvas.onpointerup =
      canvas.onpointercancel =
      canvas.onlostpointercapture =
        (event) => {
          if (event.pointerId === this.pointer) this.lift()
        }
    canvas.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false })
    canvas.oncontextmenu = (event) => event.preventDefault()
    canvas.onblur = () => this.leave()
    undo.onclick = () => this.undo()
    clear.onclick = () => this.clear()
    range.oninput = () => this.setBrush(range.value)
    this.root.onkeydown = (event) => this.key(event)
  }

  pointerDown(event) {
    if (this.data.disabled || event.button !== 0) return
    if (this.pointer !== null) return this.join(event)
    if (event.pointerType === "touch" && !event.isPrimary) return // another finger still rests on the page
    event.preventDefault()
    this.leave()
    this.parts.canvas.focus(/** @type {FocusOptions} */ ({ preventScroll: true, focusVisible: false }))
    this.pointer = event.pointerId
    this.parts.canvas.setPointerCapture(event.pointerId)
    this.press(...this.place(event))
  }

  // Another finger: it draws nothing, and if the first had hardly begun, both scroll or zoom and nothing is drawn.
  join(event) {
    event.preventDefault()
    if (event.pointerType !== "touch" || !this.drawing.open || !this.drawing.barelyBegun) return
    this.drawing.drop()
    this.touched = this.touchedBefore
    this.lift()
    this.say("up")
    this.link.changed()
    this.refresh()
  }

  // Keys: arrows move a cursor, space puts the pen down and up, Escape lifts it.
  key(event) {
    const step = ARROWS[event.key]
    const onCanvas = event.target === this.parts.canvas
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") this.undo()
    else if (onCanvas && (event.key === "Delete" || event.key === "Backspace")) this.clear()
    else if (onCanvas && step) this.walk(step, event.shiftKey ? 20 : 5)
    else if (onCanvas && event.key === " ") this.toggle()
    else if (onCanvas && event.key === "Escape") this.lift()
    else return
    event.preventDefault()
  }

  walk([x, y], pixels) {
    const inside = (value) => Math.max(0, Math.min(SIDE, value))
    this.cursor = [inside(this.cursor[0] + x * pixels), inside(this.cursor[1] + y * pixels)]
    this.showCursor()
    if (this.drawing.open) this.drag([this.cursor])
  }

  toggle() {
    this.showCursor()
    if (this.drawing.open) this.lift()
    else this.press(...this.cursor)
    this.showCursor()
  }

  showCursor() {
    const { cursor } = this.parts
    cursor.hidden = false
    cursor.classList.toggle("down", this.drawing.open !== null)
    cursor.style.left = `${(100 * this.cursor[0]) / SIDE}%`
    cursor.style.top = `${(100 * this.cursor[1]) / SIDE}%`
  }

  leave() {
    this.parts.cursor.hidden = true
    if (this.pointer === null) this.lift()
  }

  dispose() {
    this.observer.disconnect()
    this.link.drop()
  }
}

export default component("pad", Pad, (pad, { data, setStateValue }) => {
  pad.receive(data[0], (message) => setStateValue("strokes", message))
})
