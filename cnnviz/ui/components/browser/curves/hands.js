// Mouse, pen, fingers, wheel and keys on a plot. Mouse: point, drag to zoom, click to pick. One finger reads and picks,
// two zoom. The wheel zooms a plot that has the focus (or with Ctrl, as trackpads pinch); else it scrolls the page.

const DRAG = 4 // CSS pixels that make a press a drag
const TAP = 8
const TWICE = 350 // ms between the presses of a double click
const STEPS = { ArrowLeft: -1, ArrowRight: 1, PageUp: -20, PageDown: 20 }
const FACTORS = { "+": 0.5, "=": 0.5, "-": 2, _: 2 }

export class Hands {
  constructor(panel) {
    this.panel = panel
    this.chart = panel.chart
    this.fingers = new Map()
    this.last = -Infinity
    panel.host.onkeydown = (event) => this.key(event)
    panel.host.onfocus = () => panel.name()
  }

  take(over) {
    this.over = over
    over.onpointerdown = (event) => this.down(event)
    over.onpointermove = (event) => this.move(event)
    over.onpointerup = (event) => this.up(event)
    over.onpointercancel = (event) => this.cancel(event)
    over.onpointerleave = (event) => {
      if (event.pointerType !== "touch" && !this.start) this.chart.point(null)
    }
    over.addEventListener("wheel", (event) => this.wheel(event), { passive: false })
  }

  x(event) {
    const box = this.over.getBoundingClientRect()
    const [low, high] = this.chart.view.range
    const share = (event.clientX - box.left) / box.width
    return low + Math.max(0, Math.min(1, share)) * (high - low)
  }

  down(event) {
    if (event.button) return
    this.over.setPointerCapture(event.pointerId)
    this.fingers.set(event.pointerId, event)
    if (this.fingers.size === 2) this.pinch()
    else if (this.fingers.size === 1) this.start = { event, x: this.x(event), drags: false }
  }

  move(event) {
    if (this.fingers.has(event.pointerId)) this.fingers.set(event.pointerId, event)
    if (this.pinched) return this.spread()
    this.chart.point(this.x(event))
    if (!this.start) return
    const { event: first, x } = this.start
    const far = Math.abs(event.clientX - first.clientX)
    this.start.drags ||= far > (event.pointerType === "touch" ? TAP : DRAG)
    if (this.start.drags && event.pointerType !== "touch") this.chart.select(x, this.x(event))
  }

  up(event) {
    const { start, pinched } = this
    this.cancel(event)
    if (pinched || !start) return
    if (!start.drags) return this.click(start.x, event.timeStamp)
    if (event.pointerType !== "touch") this.chart.zoom((view) => view.show(...ordered(start.x, this.x(event))))
  }

  cancel(event) {
    this.fingers.delete(event.pointerId)
    this.start = null
    this.chart.unselect()
    if (!this.fingers.size) this.pinched = null
  }

  // A place is sent at once; where a second click would reset the zoom, only when that has not come.
  click(x, time) {
    const { chart } = this
    clearTimeout(this.waiting)
    chart.point(x)
    const isSecond = time - this.last < TWICE
    this.last = isSecond ? -Infinity : time
    if (!chart.view.zoom) return chart.pick(x)
    if (isSecond) chart.zoom((view) => view.reset())
    else this.waiting = setTimeout(() => chart.pick(x), TWICE)
  }

  // What is under the two fingers stays under them.
  pinch() {
    this.start = null
    this.pinched = [...this.fingers.values()].map((finger) => this.x(finger))
  }

  spread() {
    const [a, b] = this.pinched
    const box = this.over.getBoundingClientRect()
    const [left, right] = [...this.fingers.values()].map(({ clientX }) => (clientX - box.left) / box.width)
    if (right === undefined || Math.abs(right - left) < 0.02) return
    const span = (b - a) / (right - left)
    if (span > 0) this.chart.zoom((view) => view.show(a - left * span, a + (1 - left) * span))
  }

  wheel(event) {
    const { view } = this.chart
    const isMine = event.ctrlKey || event.metaKey || this.panel.host.matches(":focus")
    if (!isMine || (event.deltaY > 0 && !view.zoom)) return
    event.preventDefault()
    const aside = event.shiftKey ? event.deltaY : event.deltaX
    const pixels = event.deltaMode ? 16 : 1
    if (Math.abs(aside) > Math.abs(event.deltaY) || event.shiftKey) {
      return this.chart.zoom((view) => view.move(((aside * pixels) / this.over.clientWidth) * view.span))
    }
    this.chart.zoom((view) => view.scale(Math.exp((event.deltaY * pixels) / 300), this.x(event)))
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const { chart } = this
    const at = chart.cursor ?? chart.header.at ?? chart.newest
    if (STEPS[event.key]) chart.walk(at, STEPS[event.key] * (event.shiftKey ? 10 : 1))
    else if (event.key === "Home" || event.key === "End") chart.goTo(event.key === "Home" ? 0 : chart.newest)
    else if (FACTORS[event.key]) chart.zoom((view) => view.scale(FACTORS[event.key], at))
    else if (event.key === "0") chart.zoom((view) => view.reset())
    else if (event.key === "Enter" || event.key === " ") chart.pick(at)
    else if (event.key === "Escape") chart.point(null)
    else return
    event.preventDefault()
  }
}

const ordered = (a, b) => [Math.min(a, b), Math.max(a, b)]
