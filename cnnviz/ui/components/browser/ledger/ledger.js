// One cell, accounted for. Data in: [{ack, labels, facts}], everything worked out by Python; facts is null where no cell is
// chosen. State out, "step": {kind, seq, ...}: "choose" and "walk" with {layer, map, row, column}, "crumb" with {at}, "close".
import { button, element, fill } from "./elements.js"
import { field, mark, subscribe, unsubscribe } from "./pictures.js"
import { account, remarks, shares, Terms } from "./tables.js"
import { Windows } from "./windows.js"

const DRAWING = 112 // CSS pixels
const ledgers = new WeakMap()

class Desk {
  constructor(root) {
    this.root = root
    this.seq = 0
    root.tabIndex = -1
    root.onkeydown = (event) => {
      if (event.key === "Escape") this.step({ kind: "close" })
    }
    this.heard = (event) => this.chosen(event.detail)
    addEventListener("cnnviz:cell", this.heard)
    subscribe(this)
  }

  published() {
    this.parts?.published?.()
  }

  // A cell of a viewer of the page.
  chosen({ channel, block, kind, map, row, column, enter, origin }) {
    if (channel !== "layers") return
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
    this.seq += 1
    this.send({ ...what, seq: this.seq })
  }

  // The focus goes back to where the cell was chosen.
  leave() {
    this.enter = false
    if (this.root.contains(this.root.getRootNode().activeElement)) this.origin?.focus()
  }

  receive({ ack, labels, facts }, send) {
    this.send = send
    const answered = ack >= this.seq
    this.seq = Math.max(this.seq, ack)
    if (!answered) return // a newer step is on its way to Python
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
    mark(facts?.marks ?? [])
    if (!facts) return
    this.way(labels, facts)
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

  way(labels, { crumbs, at }) {
    const nav = element("nav", "way", this.root)
    nav.setAttribute("aria-label", labels.way)
    this.crumbs = crumbs.map((text, place) => {
      if (place) element("span", "arrow", nav, "→").setAttribute("aria-hidden", "true")
      const crumb = button("crumb", nav, text, () => {
        this.enter = "crumb"
        this.step({ kind: "crumb", at: place })
      })
      if (place === at) crumb.setAttribute("aria-current", "step")
      return crumb
    })
    this.at = at
  }

  seen(desk, labels, { field: seen, pixel }) {
    const figure = element("figure", "field", desk)
    field(figure, seen, DRAWING, labels.drawing)
    const words = pixel ? labels.field_pixel : seen.rows.length ? labels.field : labels.field_none
    element("figcaption", "", figure, fill(words, { rows: seen.rows.length, columns: seen.columns.length }))
  }

  say(text) {
    if (this.readout.textContent !== text) this.readout.textContent = text
  }

  focus() {
    const wanted = this.enter === "crumb" ? null : this.parts?.start()
    ;(wanted ?? this.crumbs[this.at] ?? this.root).focus({ preventScroll: false })
  }

  dispose() {
    removeEventListener("cnnviz:cell", this.heard)
    unsubscribe(this)
    mark([])
  }
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".ledger")
  let desk = ledgers.get(parentElement)
  if (desk?.root !== root) {
    desk?.dispose()
    ledgers.set(parentElement, (desk = new Desk(root)))
  }
  desk.receive(data[0], (step) => setStateValue("step", step))
  // Streamlit also calls this for a run that a newer one overtook, while the component is on the page.
  return () => setTimeout(() => root.isConnected || desk.dispose())
}
