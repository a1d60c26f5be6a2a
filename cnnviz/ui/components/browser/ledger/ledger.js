// One cell, accounted for. Data in: [{ack, labels, facts}], everything worked out by Python; facts is null where no cell is
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

class Desk {
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

  receive({ ack, labels, facts }, send) {
    this.send = send
    if (!this.sequence.answered(ack)) return // a newer step is on its way to Python
    const text = JSON.stringify([labels, facts])
    if (text !== this.text) this.show(labels, facts)
    this.text = text
    if (this.enter && facts) this.focus()
    this.enter = false
  }

  show(labels, facts) {
    const { root } = this
    root.replaceChildren()
    root.classList.toggle("open", Boolean(facts))
    this.parts = null
    delete root.dataset.cell
    mark(CHANNEL, facts?.marks ?? [])
    if (!facts) return
    this.path(labels, facts)
    const head = element("div", "heading", root)
    element("h3", "title", head, facts.title)
    this.readout = element("output", "readout", head)
    this.readout.setAttribute("aria-live", "polite")
    const desk = element("div", "desk", root)
    const side = element("div", "side", desk)
    this.seen(side, labels, facts)
    account(side, facts, labels)
    if (facts.windows.length) this.parts = new Windows(desk, facts, labels, this)
    if (facts.terms.length) this.parts = new Terms(desk, facts, labels, this)
    if (facts.facts.length) remarks(desk, facts)
    if (facts.shares) shares(desk, facts, labels)
    Object.assign(root.dataset, { cell: facts.cell, value: facts.value })
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

  seen(desk, labels, { field: seen, pixel }) {
    const figure = element("figure", "field", desk)
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

export default component("ledger", Desk, (desk, { data, setStateValue }) => {
  desk.receive(data[0], (step) => setStateValue("step", step))
})
