// The live pad: strokes go to Python while the pen moves, or once it is up where the browser reads them itself, see
// live.js. The eraser cuts strokes, so they are all there is to send.
// Data in: [{revision, ack, brush, drawing, example, backdrop, labels, disabled, colours: [] or [ink, paper], live,
// limits: {strokes, points, reach, brush: [min, max], file: characters}}].
// State out, "strokes": {revision, seq, down, brush, sample, read, strokes: [[width, x0, y0, x1, y1, ...], ...]}; once
// for each file that is opened, "opened": its text.
import { component } from "../shared/component.js"
import { fromBase64 } from "../shared/decode.js"
import { ARROWS } from "../shared/keys.js"
import { savePicture, saveStrokes } from "./files.js"
import { Drawing } from "./drawing.js"
import { Ink, SIDE } from "./ink.js"
import { Link } from "./link.js"
import { Live } from "./live.js"
import { build, Menu, name, switchOff } from "./parts.js"

class Pad {
  constructor(root) {
    this.root = root
    this.parts = build(root)
    this.ink = new Ink(this.parts.canvas)
    this.drawing = new Drawing()
    this.live = new Live(root, () => this.drawing.strokes)
    this.link = new Link(
      () => this.state(),
      () => this.live.ready,
    )
    this.cursor = [SIDE / 2, SIDE / 2]
    this.pointer = null
    this.pointerKind = ""
    this.erasing = false
    this.sample = null
    this.touched = this.touchedBefore = false
    this.menu = new Menu(this.parts)
    this.listen()
    this.observer = new ResizeObserver(([{ contentRect }]) => this.resized(contentRect.width))
    this.observer.observe(this.parts.canvas)
  }

  state() {
    const { strokes, busy } = this.drawing
    const { revision } = this.data
    const sample = this.showsSample
    const read = busy ? "" : this.live.promise()
    return { revision, down: busy, brush: this.brush, sample, read, strokes: strokes.map((s) => [...s]) }
  }

  receive(data, send, open) {
    const before = this.data
    this.data = data
    this.link.send = send
    this.open = open
    if (!before) this.start(data)
    const news = ["revision", "backdrop", "disabled"].filter((name) => before?.[name] !== data[name])
    if (news.includes("revision")) this.replace(data)
    // A test digit that was drawn over stays, so that undo brings it back, until Python gives another drawing.
    if (news.includes("revision") || data.backdrop) this.sample = data.backdrop && fromBase64(data.backdrop)
    this.dress(data.colours ?? [])
    if (JSON.stringify(before?.labels) !== JSON.stringify(data.labels)) name(this.parts, data.labels)
    if (news.length || this.ink.faded) this.refresh()
    this.live.expect(data.live)
    if (before) this.link.answered(data.ack) // last: it may send, and must not send old strokes as the new revision's
    if (this.link.settled) this.live.answered()
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
    const { undo, redo, erase, clear, files, png, json, open, range, hint, canvas } = this.parts
    const disabled = Boolean(this.data.disabled)
    const blank = !this.drawing.strokes.length
    if (blank && !this.drawing.busy) this.take("pen")
    this.root.classList.toggle("disabled", disabled)
    switchOff(undo, disabled || !this.undoable)
    switchOff(redo, disabled || !this.drawing.redoable)
    switchOff(erase, disabled || blank)
    switchOff(clear, disabled || (blank && !this.showsSample))
    switchOff(png, blank && !this.showsSample)
    switchOff(json, blank)
    switchOff(open, disabled)
    switchOff(files, false)
    range.disabled = disabled
    canvas.setAttribute("aria-disabled", String(disabled))
    hint.hidden = this.drawing.strokes.length > 0 || this.showsSample
    this.paint()
  }

  changed(status) {
    this.touched = true
    if (status) this.say(status)
    this.tell()
  }

  // Python hears of it first: what ends a stroke is on its way while the browser reads it.
  tell() {
    this.link.changed()
    this.live.changed(this.drawing.busy)
  }

  say(status) {
    this.parts.status.textContent = this.data.labels[status]
  }

  setBrush(width) {
    this.brush = Number(width)
    this.parts.range.value = width
    this.root.style.setProperty("--width", `${this.brush}px`)
    this.root.style.setProperty("--share", String(this.brush / SIDE))
  }

  // The pen, or the eraser, which is as wide.
  take(tool) {
    this.erasing = tool === "eraser"
    this.root.classList.toggle("erasing", this.erasing)
    this.parts.erase.setAttribute("aria-pressed", String(this.erasing))
    if (!this.erasing) this.parts.ring.hidden = true
  }

  // Take the other tool and say which.
  swap() {
    if (this.data.disabled || (!this.erasing && !this.drawing.strokes.length)) return
    this.lift()
    this.take(this.erasing ? "pen" : "eraser")
    this.say(this.erasing ? "eraser" : "pen")
    this.showCursor(this.parts.cursor.hidden)
  }

  press(x, y, erasing = this.erasing) {
    if (this.data.disabled) return
    if (erasing) return this.pressEraser(x, y)
    const anew = Boolean(this.data.example) && !this.touched
    if (!this.drawing.begin(x, y, this.brush, anew)) return this.say("full")
    this.touchedBefore = this.touched
    this.touched = true
    this.refresh()
    this.changed("down")
  }

  pressEraser(x, y) {
    if (!this.drawing.strokes.length) return
    this.touchedBefore = this.touched
    this.drawing.beginErasing(x, y, this.brush)
    this.say("erasing")
    this.rub([[x, y]])
  }

  rub(places) {
    const done = places.map(([x, y]) => this.drawing.rub(x, y))
    if (done.includes(null)) this.say("full")
    if (!done.includes(true)) return
    this.paint()
    this.changed()
  }

  drag(places) {
    const { drawing } = this
    if (drawing.eraser) return this.rub(places)
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
    if (!this.drawing.busy) return
    this.drawing.end()
    this.changed("up") // before all that only this browser waits for
    this.refresh()
  }

  undo() {
    if (this.data.disabled || !this.undoable) return
    this.drawing.undo()
    this.edited("undone", this.drawing.undoable)
  }

  redo() {
    if (this.data.disabled || !this.drawing.redoable) return
    this.drawing.redo()
    this.edited("redone")
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
    this.tell()
    this.refresh()
  }

  place(event) {
    const box = this.parts.canvas.getBoundingClientRect()
    const scale = SIDE / box.width
    return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale]
  }

  listen() {
    const { canvas, undo, redo, erase, clear, png, json, open, file, range } = this.parts
    canvas.onpointerdown = (event) => this.pointerDown(event)
    canvas.onpointermove = (event) => {
      if (this.erasing) this.showRing(event)
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
    canvas.onpointerleave = () => (this.parts.ring.hidden = true)
    undo.onclick = () => this.undo()
    redo.onclick = () => this.redo()
    erase.onclick = () => this.swap()
    clear.onclick = () => this.clear()
    png.onclick = () => this.save("png")
    json.onclick = () => this.save("json")
    open.onclick = () => this.data.disabled || file.click()
    file.onchange = () => this.opened(file)
    range.oninput = () => this.setBrush(range.value)
    this.root.onkeydown = (event) => this.key(event)
  }

  save(kind) {
    const { strokes } = this.drawing
    const sample = this.showsSample && this.sample
    if (kind === "json" && strokes.length) saveStrokes(strokes)
    else if (kind === "png" && (strokes.length || sample)) savePicture(strokes, sample, ...(this.data.colours ?? []))
    else return
    this.menu.close()
  }

  // A file is read by Python; one that is too large to be a drawing, only as far as is needed to say so.
  async opened(input) {
    const [file] = input.files
    if (!file) return
    const text = await file.slice(0, 4 * this.data.limits.file + 4).text()
    input.value = "" // the same file can be chosen again
    this.menu.close()
    this.open(text.slice(0, this.data.limits.file + 1))
  }

  pointerDown(event) {
    const rubber = event.button === 5 // the other end of a pen
    if (this.data.disabled || (event.button !== 0 && !rubber)) return
    if (this.pointer !== null) return this.join(event)
    if (event.pointerType === "touch" && !event.isPrimary) return // another finger still rests on the page
    event.preventDefault()
    this.leave()
    this.parts.canvas.focus(/** @type {FocusOptions} */ ({ preventScroll: true, focusVisible: false }))
    this.pointer = event.pointerId
    this.pointerKind = event.pointerType
    this.parts.canvas.setPointerCapture(event.pointerId)
    const [x, y] = this.place(event)
    this.press(x, y, this.erasing || rubber)
  }

  // Another finger: it draws nothing, and takes back what the first is drawing; redo brings that again. A hand that
  // rests on the paper beside a pen changes nothing.
  join(event) {
    event.preventDefault()
    if (event.pointerType !== "touch" || this.pointerKind !== "touch" || !this.drawing.busy) return
    this.drawing.drop()
    this.touched = this.touchedBefore
    this.lift()
    this.say("up")
    this.tell()
    this.refresh()
  }

  // Keys: arrows move a cursor, space puts the pen down and up, Escape lifts it, E takes the eraser or the pen.
  key(event) {
    const step = ARROWS[event.key]
    const onCanvas = event.target === this.parts.canvas
    const letter = event.key.toLowerCase()
    if (event.ctrlKey || event.metaKey) {
      if (letter === "y" || (letter === "z" && event.shiftKey)) this.redo()
      else if (letter === "z") this.undo()
      else return
    } else if (onCanvas && letter === "e") this.swap()
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
    if (this.drawing.busy) this.drag([this.cursor])
  }

  toggle() {
    this.showCursor()
    if (this.drawing.busy) this.lift()
    else this.press(...this.cursor)
    this.showCursor()
  }

  showRing({ offsetX, offsetY }) {
    const { ring } = this.parts
    ring.hidden = false
    ring.style.left = `${offsetX}px`
    ring.style.top = `${offsetY}px`
  }

  showCursor(hidden = false) {
    const { cursor } = this.parts
    cursor.hidden = hidden
    cursor.classList.toggle("down", this.drawing.busy)
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
    this.live.dispose()
    this.menu.dispose()
  }
}

export default component("pad", Pad, (pad, { data, setStateValue, setTriggerValue }) => {
  pad.receive(
    data[0],
    (message) => setStateValue("strokes", message),
    (text) => setTriggerValue("opened", text),
  )
})
