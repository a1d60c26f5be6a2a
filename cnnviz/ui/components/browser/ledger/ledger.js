// One cell, a map or a layer, accounted for. Data in: [{ack, labels, view}], everything worked out by Python; view is
// null where nothing is chosen. State out, "step": {kind, seq, ...}: "choose" and "walk" with {layer, map, row, column},
// "layer" and "map" with {layer, map}, "breadcrumb" with {index}, "return" with {text}, "up", "close".
import { Sequence } from "../shared/acked_channel.js"
import { explain, mark, published, subscribe, takeFocusAhead, unsubscribe } from "../shared/channels.js"
import { component } from "../shared/component.js"
import { button, element, write } from "../shared/elements.js"
import { fill } from "../shared/format.js"
import { layerOf, takeMoves } from "../shared/places.js"
import { Feeds } from "./feeds.js"
import { fly } from "./flight.js"
import { digitBlock, field } from "./pictures.js"
import { Slide } from "./slide.js"
import { account, remarks, shares, Terms } from "./tables.js"
import { CHANNEL, Windows } from "./windows.js"

const DRAWING = 112 // CSS pixels

// The window of a cell that is pointed at, and the cell.
function pointedMarks({ source, own, map, reads, rows, columns }, { row, column }) {
  const inside = (numbers, most) => numbers.filter((number) => number >= 0 && number < most)
  const window = { rows: inside(rows[row], source.rows), columns: inside(columns[column], source.columns) }
  return [
    { block: own, maps: [map], rows: [row], columns: [column] },
    { block: source.block, maps: reads, ...window },
  ]
}

// Where a cell of a canvas is in the window.
function boxOf(canvas, { map, row, column }) {
  const { left, top } = canvas.getBoundingClientRect()
  const { x, y, width, height } = canvas.cellBox(map, row, column)
  return { left: left + x, top: top + y, width, height }
}

class LedgerPanel {
  constructor(root) {
    this.root = root
    this.sequence = new Sequence()
    /** @type {any} what is shown; undefined until Python has sent it */
    this.view = undefined
    /** @type {any} what is shown in detail: windows, or terms */
    this.parts = null
    /** @type {Feeds | null} */
    this.feeds = null
    /** @type {Slide | null} */
    this.slide = null
    /** @type {string | null} the cell that is pointed at on a map */
    this.pointed = null
    /** @type {HTMLElement[]} what was gone in from: the first that is still there gets the focus back */
    this.origins = []
    /** @type {HTMLElement[]} */
    this.breadcrumbs = []
    root.tabIndex = -1
    root.replaceChildren()
    this.status = element("span", "unseen", root)
    this.status.setAttribute("role", "status")
    this.sheet = element("div", "sheet", root)
    root.onkeydown = (event) => {
      if (event.key === "Escape") this.up()
    }
    this.channel = CHANNEL
    /** @type {any[]} pictures of maps, which follow what is published */
    this.painted = []
    /** @type {number | null} the frame in which they do */
    this.due = null
    this.listeners = {
      "cnnviz:point": (event) => this.point(event.detail),
      "cnnviz:return": (event) => this.return(event),
      keydown: (event) => this.leave(event),
    }
    for (const [name, react] of Object.entries(this.listeners)) addEventListener(name, react)
    this.forget = takeMoves((asked) => this.moved(asked))
    subscribe(CHANNEL, this)
  }

  // Once a frame, however often values come.
  published() {
    this.due ??= requestAnimationFrame(() => {
      this.due = null
      this.parts?.published?.()
      for (const each of this.painted) each.paint()
    })
  }

  // What is known of a layer: its published values, or the digit.
  block({ input, block, rows, columns }) {
    const found = input ? digitBlock(this.view.field) : published(CHANNEL)?.blocks.get(block)
    return found && found.rows === rows && found.columns === columns ? found : null
  }

  // A step that a viewer of the page asks for; into a cell where nothing is explained yet.
  /** @param {import("../shared/places.js").Move} asked */
  moved({ channel, step, origin, home = origin, enter, cell }) {
    if (channel !== CHANNEL || !(this.active || cell)) return
    if (step.kind === "up" && this.cell !== step.layer) return // another layer than the one that is explained
    Object.assign(this, { origins: [origin, home], enter, active: true })
    if (cell) this.from = boxOf(origin, cell)
    this.step(step)
  }

  // A step in the browser's history; the address has the place already.
  return(event) {
    event.preventDefault()
    this.enter = false
    this.step({ kind: "return", text: event.detail.place })
  }

  walk(cell, from) {
    this.go({ kind: "walk", ...cell }, from)
  }

  // Further in, from what was clicked.
  go(what, from) {
    this.enter = true
    this.from = from?.getBoundingClientRect()
    this.step(what)
  }

  // Escape goes back too where nothing has the focus, as when a link has opened the page; but not where it closes
  // something that lies above.
  leave(event) {
    const nowhere = event.target === document.body && !document.documentElement.dataset.sheet
    if (event.key === "Escape" && nowhere && this.active && !event.defaultPrevented) this.up()
  }

  // One step back.
  up() {
    this.enter = "place"
    this.step({ kind: "up" })
  }

  step(what) {
    this.send({ ...what, seq: this.sequence.next() })
  }

  // Where a cell's window lies, on the maps that are read and on the digit, while it is pointed at.
  point({ block, cell }) {
    const { geometry, field: seen } = this.view ?? {}
    if (!geometry || layerOf(block) !== layerOf(geometry.own)) return
    const at = cell && cell.row < geometry.rows.length && cell.column < geometry.columns.length ? cell : null
    const text = at && `${at.row}.${at.column}`
    if (text === this.pointed) return
    this.pointed = text
    mark(CHANNEL, at ? pointedMarks(geometry, at) : this.view.marks)
    this.paintField(
      at ? { ...seen, rows: geometry.field_rows[at.row], columns: geometry.field_columns[at.column] } : seen,
    )
    this.feeds?.paint(at)
    this.slide?.show(at ?? undefined)
  }

  receive({ ack, labels, view }, send) {
    this.send = send
    if (!this.sequence.answered(ack)) return // a newer step is on its way to Python
    const text = JSON.stringify([labels, view])
    const before = this.view
    if (text !== this.text) this.show(labels, view)
    this.text = text
    this.turn(labels, view, before)
    this.active = Boolean(view)
    if (view?.cell !== this.cell) this.arrive(view)
    this.cell = view?.cell
    this.enter = false
  }

  // Another place: its map comes into sight once the account has its own room, and the frame flies there.
  arrive(view) {
    const { from } = this
    this.from = null
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        if (view !== this.view) return
        explain(CHANNEL, view?.explained ?? null)
        const target = view && (this.parts?.first ?? this.sheet)
        if (from && target) fly(from, target, getComputedStyle(this.root).getPropertyValue("--st-primary-color"))
      }),
    )
  }

  // The focus follows the account where keys opened it, or a step on another page, or where what opened or closed it is
  // about to go: the list of layers, the button "Close". Otherwise it stays, and the account is told.
  turn(labels, view, before) {
    const opened = view && before === null // not with the page
    const closed = !view && before
    if (view && before === undefined && takeFocusAhead()) this.enter = "place"
    if (this.enter && view) this.focus()
    else if (opened && this.holdsFocus) this.focus()
    else if (closed && this.holdsFocus) (this.origins.find((each) => each.isConnected) ?? this.root).focus()
    else if (view) write(this.status, fill(labels.opened, view))
    if (closed) write(this.status, labels.closed)
  }

  // Whether something in the dock has, or had, the focus that is not the account.
  get holdsFocus() {
    const { host } = /** @type {ShadowRoot} */ (this.root.getRootNode())
    const { activeElement } = document
    if (activeElement === document.body) return true // it had, and is gone
    return activeElement !== host && Boolean(host.closest(".st-key-ledger-dock")?.contains(activeElement))
  }

  show(labels, view) {
    const { root, sheet } = this
    sheet.replaceChildren()
    root.classList.toggle("open", Boolean(view))
    const slid = this.view && view && this.view.cell === view.cell ? this.slide?.index : undefined
    this.slide?.dispose()
    this.parts = this.feeds = this.slide = this.pointed = null
    this.painted = []
    this.breadcrumbs = []
    this.view = view
    delete root.dataset.cell
    mark(CHANNEL, view?.marks ?? [])
    if (!view) return
    this.place(labels, view)
    if (view.breadcrumbs.length) this.path(labels, view)
    const head = element("div", "heading", sheet)
    element("h3", "title", head, view.title)
    this.readout = element("output", "readout", head)
    this.readout.setAttribute("aria-live", "polite")
    const body = element("div", "body", sheet)
    if (view.field) {
      const side = element("div", "side", body)
      this.seen(side, labels, view)
      if (view.lines.length) account(side, view, labels)
    }
    if (view.windows.length) this.parts = new Windows(body, view, labels, this)
    if (view.terms.length) this.parts = new Terms(body, view, labels, this)
    if (view.feeds && (view.level === "map" || view.feeds.items.length > 1))
      this.painted.push((this.feeds = new Feeds(body, view, labels, this)))
    if (view.geometry?.slides) this.painted.push((this.slide = new Slide(body, view, labels, this, slid)))
    if (view.facts.length || view.largest) this.sayMore(body, labels, view)
    if (view.shares) shares(body, view, labels)
    Object.assign(root.dataset, { cell: view.cell, value: view.value, level: view.level })
  }

  sayMore(parent, labels, view) {
    const root = remarks(parent, view)
    if (!view.largest) return
    const into = button("more", root, labels.inwards, () => this.go(view.largest, into))
  }

  // From the digit to here; each place leads back to it.
  place(labels, { place }) {
    const nav = element("nav", "path place", this.sheet)
    nav.setAttribute("aria-label", labels.place)
    this.places = place.map(({ text, step }, i) => {
      if (i) element("span", "arrow", nav, "›").setAttribute("aria-hidden", "true")
      const crumb = button("crumb", nav, text, () => {
        this.enter = "place"
        this.step(step)
      })
      if (i === place.length - 1) crumb.setAttribute("aria-current", "location")
      return crumb
    })
    nav.scrollLeft = nav.scrollWidth // in a narrow window the line scrolls by itself
  }

  path(labels, { breadcrumbs, index }) {
    const nav = element("nav", "path", this.sheet)
    nav.setAttribute("aria-label", labels.path)
    this.breadcrumbs = breadcrumbs.map((text, place) => {
      if (place) element("span", "arrow", nav, "→").setAttribute("aria-hidden", "true")
      const breadcrumb = button("breadcrumb", nav, text, () => {
        this.enter = "breadcrumb"
        this.step({ kind: "breadcrumb", index: place })
      })
      if (place === index) breadcrumb.setAttribute("aria-current", "step")
      return breadcrumb
    })
    nav.scrollLeft = this.breadcrumbs[index].offsetLeft - nav.offsetLeft
    this.index = index
  }

  seen(parent, labels, { field: seen, pixel }) {
    const figure = element("figure", "field", parent)
    this.drawing = { place: element("div", "", figure), label: labels.drawing }
    this.paintField(seen)
    const words = pixel ? labels.field_pixel : seen.rows.length ? labels.field : labels.field_none
    element("figcaption", "", figure, fill(words, { rows: seen.rows.length, columns: seen.columns.length }))
  }

  paintField(seen) {
    const { place, label } = this.drawing
    place.replaceChildren()
    field(place, seen, DRAWING, label)
  }

  say(text) {
    write(this.readout, text)
  }

  focus() {
    const wanted = { place: null, breadcrumb: this.breadcrumbs[this.index] }[this.enter]
    const inside = this.enter === true ? this.parts?.start() : wanted
    ;(inside ?? this.places.at(-1) ?? this.root).focus({ preventScroll: false })
  }

  dispose() {
    for (const [name, react] of Object.entries(this.listeners)) removeEventListener(name, react)
    this.forget()
    this.slide?.dispose()
    cancelAnimationFrame(this.due)
    unsubscribe(CHANNEL, this)
    mark(CHANNEL, [])
    explain(CHANNEL, null)
  }
}

export default component("ledger", LedgerPanel, (panel, { data, setStateValue }) => {
  panel.receive(data[0], (step) => setStateValue("step", step))
})
