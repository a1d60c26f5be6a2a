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
    if (this.enter && view) this.focus()
    this.enter = false
  }

  show(labels, view) {
    const { root } = this
    root.replaceChildren()
    root.classList.toggle("open", Boolean(view))
    this.parts = null
    delete root.dataset.cell
    mark(CHANNEL, view?.marks ?? [])
    if (!view) return
    this.path(labels, view)
    const head = element("div", "heading", root)
    element("h3", "title", head, view.title)
    this.readout = element("output", "readout", head)
    this.readout.setAttribute("aria-live", "polite")
    const body = element("div", "body", root)
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
    const nav = element("nav", "path", this.root)
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
