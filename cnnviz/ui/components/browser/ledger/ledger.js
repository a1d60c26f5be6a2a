// One cell, accounted for. Data in: [{ack, labels, view}], everything worked out by Python; view is null where no cell is
// chosen. State out, "step": {kind, seq, ...}: "choose" and "walk" with {layer, map, row, column},
// "breadcrumb" with {index}, "close".
import { Sequence } from "../shared/acked_channel.js"
import { mark, subscribe, unsubscribe } from "../shared/channels.js"
import { component } from "../shared/component.js"
import { button, element, focused, write } from "../shared/elements.js"
import { fill } from "../shared/format.js"
import { field } from "./pictures.js"
import { account, remarks, shares, Terms } from "./tables.js"
import { CHANNEL, Windows } from "./windows.js"

const DRAWING = 112 // CSS pixels

class LedgerPanel {
  constructor(root) {
    this.root = root
    this.sequence = new Sequence()
    /** @type {any} what is shown in detail: windows, or terms */
    this.parts = null
    root.tabIndex = -1
    root.replaceChildren()
    this.status = element("span", "unseen", root)
    this.status.setAttribute("role", "status")
    this.sheet = element("div", "sheet", root)
    root.onkeydown = (event) => {
      if (event.key === "Escape") this.step({ kind: "close" })
    }
    this.heard = (event) => this.chosen(event.detail)
    addEventListener("cnnviz:cell", this.heard)
    subscribe(CHANNEL, this)
  }

  published() {
    this.parts?.published?.()
  }

  // A cell of a viewer of the page.
  chosen({ channel, block, kind, map, row, column, enter, origin }) {
    if (channel !== CHANNEL) return
    const place = kind === "bars" ? { map: row, row: 0, column: 0 } : { map, row, column }
    this.origin = origin
    this.enter = enter
    this.step({ kind: "choose", layer: block.slice(0, block.lastIndexOf("/")), ...place })
  }

  walk(cell) {
    this.enter = true
    this.step({ kind: "walk", ...cell })
  }

  step(what) {
    if (what.kind === "close") this.leave()
    this.send({ ...what, seq: this.sequence.next() })
  }

  // The focus goes back to where the cell was chosen.
  leave() {
    this.enter = false
    if (this.root.contains(focused(this.root))) this.origin?.focus()
  }

  receive({ ack, labels, view }, send) {
    this.send = send
    if (!this.sequence.answered(ack)) return // a newer step is on its way to Python
    const text = JSON.stringify([labels, view])
    if (text !== this.text) this.show(labels, view)
    this.text = text
    this.turn(labels, view)
    this.enter = false
  }

  // The focus follows the account where keys opened it, or where what opened or closed it is about to go: the list of
  // layers, the button "Close". Otherwise it stays, and the account is told.
  turn(labels, view) {
    const opened = view && this.view === null // not with the page
    const closed = !view && this.view
    this.view = view
    if (this.enter && view) this.focus()
    else if (opened && this.holdsFocus) this.focus()
    else if (closed && this.holdsFocus) (this.origin?.isConnected ? this.origin : this.root).focus()
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
    this.parts = null
    delete root.dataset.cell
    mark(CHANNEL, view?.marks ?? [])
    if (!view) return
    this.path(labels, view)
    const head = element("div", "heading", sheet)
    element("h3", "title", head, view.title)
    this.readout = element("output", "readout", head)
    this.readout.setAttribute("aria-live", "polite")
    const body = element("div", "body", sheet)
    const side = element("div", "side", body)
    this.seen(side, labels, view)
    account(side, view, labels)
    if (view.windows.length) this.parts = new Windows(body, view, labels, this)
    if (view.terms.length) this.parts = new Terms(body, view, labels, this)
    if (view.facts.length) remarks(body, view)
    if (view.shares) shares(body, view, labels)
    Object.assign(root.dataset, { cell: view.cell, value: view.value })
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
    this.index = index
  }

  seen(parent, labels, { field: seen, pixel }) {
    const figure = element("figure", "field", parent)
    field(figure, seen, DRAWING, labels.drawing)
    const words = pixel ? labels.field_pixel : seen.rows.length ? labels.field : labels.field_none
    element("figcaption", "", figure, fill(words, { rows: seen.rows.length, columns: seen.columns.length }))
  }

  say(text) {
    write(this.readout, text)
  }

  focus() {
    const wanted = this.enter === "breadcrumb" ? null : this.parts?.start()
    ;(wanted ?? this.breadcrumbs[this.index] ?? this.root).focus({ preventScroll: false })
  }

  dispose() {
    removeEventListener("cnnviz:cell", this.heard)
    unsubscribe(CHANNEL, this)
    mark(CHANNEL, [])
  }
}

export default component("ledger", LedgerPanel, (panel, { data, setStateValue }) => {
  panel.receive(data[0], (step) => setStateValue("step", step))
})
