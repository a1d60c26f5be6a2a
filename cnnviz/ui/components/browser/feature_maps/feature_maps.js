// The viewer of feature maps: one layer as mosaics, or the whole network as a strip. Data in: bytes, see wire.js, with
// the values, or with the channel where another element of this component publishes them.
// A viewer of linked pictures takes the window that links them, and the note below them, from the channel too.
// Trigger out, "selected": {block, map, row, column}.
import { explained, marked, published, sendFocusAhead, subscribe, unsubscribe } from "../shared/channels.js"
import { component } from "../shared/component.js"
import { element, write } from "../shared/elements.js"
import { follow, want } from "../shared/followers.js"
import { fill } from "../shared/format.js"
import * as live from "../shared/live.js"
import { move, stepAcross, stepInto, stepOut, stepUp, writePlace } from "../shared/places.js"
import { largestBelow } from "./dark.js"
import { Enlarged } from "./enlarged.js"
import { Frame } from "./frame.js"
import { Legend } from "./legend.js"
import { tie, untie } from "./links.js"
import { confirm, strip } from "./live_blocks.js"
import { exact, short, told } from "./numbers.js"
import { Publisher } from "./publisher.js"
import { isWaiting, paintSoon } from "./schedule.js"
import { decode, structure } from "./wire.js"

const NEAR = /** @type {IntersectionObserverInit} */ ({ rootMargin: "50% 0px", scrollMargin: "50% 0px" })

class Viewer {
  constructor(root) {
    this.root = root
    this.enlarged = new Enlarged(this)
    this.on = {
      point: (stage, cell, byKeys) => this.point(stage, cell, byKeys),
      leave: (stage) => this.leave(stage),
      choose: (stage, cell, byKeys) => this.choose(stage, cell, byKeys),
      escape: (stage) => this.escape(stage),
      go: (frame) => this.go(frame),
    }
    this.frames = []
    this.seen = false // near the window
    this.due = false // to be painted when it comes near
    this.following = null // what the browser has read itself, while it is shown
    this.behind = false // something newer has come while nobody could see it
    this.width = this.height = 0 // told once the browser has laid the page out; asking would make it do so
    this.observers = [
      new ResizeObserver(([{ contentRect }]) => this.resized(contentRect)),
      new IntersectionObserver((entries) => this.came(entries.at(-1).isIntersecting), NEAR),
    ]
    for (const observer of this.observers) observer.observe(root)
  }

  receive(header, trigger) {
    this.trigger = trigger
    if (this.channel && this.channel !== header.channel) unsubscribe(this.channel, this)
    this.channel = header.channel
    if (this.channel) subscribe(this.channel, this)
    const reading = header.checked ? live.lifted() : null
    const failed = header.checked && !confirm(header.blocks, reading)
    const shown = this.shows(reading)
    this.following = null
    if (failed) this.stand(reading)
    else this.newest = { ...header, reading }
    if (header.live) live.subscribe(this)
    if (!this.frames.length) this.begin()
    else if (!(header.live && live.newest()) && !failed && !shown) paintSoon(this)
    if (header.live && live.newest()) this.showLive(live.newest())
  }

  // Whether what the browser has read itself is on the screen, or painted when it comes there.
  shows(reading) {
    return Boolean(reading) && this.header?.reading === reading && !this.behind && !isWaiting(this)
  }

  // Python has read something else: until its values come, what the browser has read stays.
  stand(reading) {
    if (reading) this.newest = { ...strip(this.newest, reading), reading: null }
    want()
  }

  // A viewer takes its room as soon as it comes, so that what stands below it does not jump.
  begin() {
    this.width = Math.floor(this.root.getBoundingClientRect().width)
    this.look()
    this.refresh()
  }

  // What is not near the window has its room, and is painted when it comes near.
  came(seen) {
    this.seen = seen
    if (seen && (this.due || this.behind)) paintSoon(this)
  }

  published() {
    const message = published(this.channel)
    if (message.live) this.refreshIfSeen()
    else if (!this.shows(message.reading)) paintSoon(this)
    else if (this.pointed) this.read() // at numbers, which are to be exact
  }

  // The pen moves: paint in this frame what can be seen, the rest when it comes into view or when the pen is up.
  showLive(answer) {
    this.following = answer
    this.refreshIfSeen()
  }

  refreshIfSeen() {
    this.behind = !this.seen || !this.theme
    if (this.behind || isWaiting(this)) return
    this.refresh()
  }

  restore() {
    if (!this.following) return
    this.following = null
    paintSoon(this)
  }

  // The ledger marks other cells, here or elsewhere.
  marked() {
    const here = this.frames.some(({ block, marks }) => marks?.length || marked(this.channel, block.id).length)
    if (here) paintSoon(this)
  }

  // The ledger explains another place: it is brought into sight here, enlarged, and nowhere else.
  explained() {
    if (this.frames.length && this.header?.cells) this.follow()
  }

  follow() {
    const { place, turn } = explained(this.channel)
    if (turn === this.turn) return
    this.turn = turn
    if (!place) return void (this.enlarged.open && this.enlarged.close())
    const own = this.frames.find(({ block }) => block.id === place.block)
    if (!own || place.map === null || own.block.kind === "bars") {
      if (this.enlarged.open) this.enlarged.close()
      if (own) own.root.scrollIntoView({ block: "nearest" })
    } else {
      const { open, frame, frames } = this.enlarged
      this.enlarged.show(open && frames.includes(own) ? frame : own, place.map, false)
      this.enlarged.reveal(own)
    }
  }

  // What is to be shown; null where the channel does not have it (yet).
  content() {
    if (!this.channel) return this.following ? strip(this.newest, this.following) : this.newest
    const found = published(this.channel)
    const blocks = this.newest.ids.map((id) => found?.blocks.get(id))
    return blocks.every(Boolean) ? { ...this.newest, ...found, blocks } : null
  }

  // Reads of the page's style come before the first write of any viewer.
  look() {
    const style = getComputedStyle(this.root)
    const accent = style.getPropertyValue("--st-primary-color").trim() || style.color
    // Maps grow with the type: in a wide window, and when the page is presented.
    const zoom = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16
    this.theme = { ink: style.color, accent, zoom }
  }

  refresh() {
    this.behind = false
    this.stale = !this.width // in a closed card: it is painted when it opens
    if (this.stale) return
    const header = this.content()
    if (!header) return this.empty()
    this.header = header
    const shape = structure(header)
    if (shape !== this.shape) this.build()
    this.shape = shape
    this.frames.forEach((frame, i) => frame.update(header.blocks[i], header, this.theme))
    this.paintIfSeen()
    if (this.note) this.describe()
    if (this.pointed) this.read()
    if (header.cells) this.follow()
  }

  // What linked pictures have in common: their scale, and what there is to say about them.
  describe() {
    const { block, look } = this.frames.find((frame) => frame.block.kind === "maps") ?? this.frames[0]
    this.legend.show(block, look, this.header)
    write(this.legend.words, this.header.labels.scale_linked)
    write(this.note, this.header.note)
  }

  // As high as it was, so that the page does not jump when the values of another network arrive.
  empty() {
    this.root.style.minHeight = `${this.height}px`
    this.root.replaceChildren()
    Object.assign(this, { frames: [], shape: null, pointed: null })
    this.enlarged.map = null
  }

  build() {
    const { root, header } = this
    this.pointed = this.note = null
    this.enlarged.map = null
    root.replaceChildren()
    root.style.minHeight = ""
    for (const mode of ["strip", "linked"]) root.classList.toggle(mode, header.mode === mode)
    this.scroller = element("div", "blocks", root)
    this.frames = header.blocks.map((block) => new Frame(this.scroller, block, header, this.on))
    if (header.mode === "linked") this.legend = new Legend(root)
    const chosen = header.cells ? "point_cell" : header.select ? "point_select" : header.opens ? "point_opens" : "point"
    const hint = header.mode === "linked" ? "point_linked" : chosen
    this.readout = element("output", "readout", root, header.labels[hint])
    this.readout.dataset.role = "readout"
    this.hint = this.readout.textContent
    if (header.mode === "linked") this.note = element("p", "note", root)
  }

  resized({ width, height }) {
    if (height) this.height = height
    if (Math.floor(width) === this.width) return
    this.width = Math.floor(width)
    if (!this.width || isWaiting(this)) return
    this.look()
    if (this.stale) return this.refresh()
    for (const frame of this.frames) frame.zoom = this.theme.zoom
    this.paintIfSeen()
  }

  paintIfSeen() {
    this.due = !this.seen
    if (this.seen) this.paint()
    else this.frames.forEach((frame) => frame.reserve(this.width))
  }

  paint() {
    this.frames.forEach((frame) => frame.paint(this.width))
    if (this.enlarged.open) this.enlarged.paint()
  }

  point(stage, cell, byKeys) {
    if (this.pointed && this.pointed.stage !== stage) this.pointed.stage.outline(null)
    this.pointed = { stage, cell }
    this.readout.setAttribute("aria-live", byKeys ? "polite" : "off")
    this.read()
    stage.frame.point(cell.map)
    this.enlarged.echo(stage, cell)
    this.tellPointed(stage, cell)
  }

  // Where the cell's window lies is known to the ledger, if it explains this layer.
  tellPointed(stage, cell) {
    const { id } = stage.frame.block
    if (this.header.cells) dispatchEvent(new CustomEvent("cnnviz:point", { detail: { block: id, cell } }))
  }

  read() {
    if (this.note) return tie(this)
    const { stage, cell } = this.pointed
    const { block } = stage.frame
    const values = stage.view.values(cell)
    if (values[0] === undefined) return
    if (this.channel && !block.exact && isConfirmed(published(this.channel))) want()
    const numbers = values.map(block.exact ? exact : short)
    const { brief, labels } = this.header
    const value = told(values, { known: block.exact, wanted: !brief })
    const text = block.exact ? value : fill(labels.about, { value })
    const said = [this.name(block) + this.sentence(block, cell, text), this.whyDark(block, cell.map)]
    this.readout.textContent = said.filter(Boolean).join(" · ")
    Object.assign(this.readout.dataset, { ...cell, block: block.name, value: numbers.join(" ") })
  }

  name(block) {
    if (this.frames.length < 2) return ""
    return `${this.header.mode === "strip" ? block.title : block.subtitle || block.title} · `
  }

  sentence(block, { map, row, column }, value) {
    const { labels } = this.header
    if (block.kind === "bars") return fill(labels.read_unit, { unit: block.ticks[row] ?? row, value })
    const several = block.pictures > 1
    const of = block.ticks[map] ?? map
    if (!block.names) return fill(several ? labels.read_map : labels.read_cell, { map: of, row, column, value })
    const names = [block.names[0][row], block.names[1][column]].filter(Boolean).join(", ")
    const where = names ? fill(labels.named, { names }) : labels.unnamed
    return fill(several ? labels.read_named_map : labels.read_named, { map: of, where, value })
  }

  // Why a map is dark; nothing for any other.
  whyDark(block, map) {
    const blocks = this.frames.map((frame) => frame.block)
    const largest = largestBelow(block, blocks, map)
    return largest === null ? "" : fill(this.header.labels.dark, { largest: short(largest) })
  }

  leave(stage) {
    if (this.pointed?.stage !== stage) return
    this.pointed = null
    this.readout.textContent = this.hint
    if (this.note) untie(this.frames)
    for (const name of Object.keys(this.readout.dataset)) if (name !== "role") delete this.readout.dataset[name]
    stage.frame.point()
    this.enlarged.echo(stage, null)
    this.tellPointed(stage, null)
  }

  choose(stage, cell, byKeys) {
    const { block } = stage.frame
    if (stage.frame.leads && block.kind === "bars") return this.go(stage.frame, cell.row)
    if (block.kind !== "bars" && !this.note && !this.header.select) this.enlarged.show(stage.frame, cell.map, byKeys)
    if (this.header.select) this.trigger({ block: block.id, map: cell.map, row: cell.row, column: cell.column })
    this.tell(stage, cell, byKeys && block.kind === "bars")
  }

  // The ledger of the page accounts for the cell, and takes the focus if it is entered by keys.
  tell(stage, cell, enter) {
    this.move(stepInto(stage.frame.block, cell), stage.canvas, { enter, cell, home: stage.frame.stage.canvas })
  }

  // Another map is enlarged: the ledger of the page explains that one from now on.
  turned({ block, stage }, map) {
    this.move(stepAcross(block.id, map, explained(this.channel).place), stage.canvas)
  }

  // Back from a map to its layer, or out of the layer.
  back({ block, stage }, out = false) {
    this.move(out ? stepUp(block.id) : stepOut(block.id), stage.canvas)
  }

  move(step, origin, more = {}) {
    if (this.header.cells) move({ channel: this.channel, step, origin, enter: false, ...more })
  }

  // To a layer, a map, a unit or a cell on the page that accounts for them: as its link in the navigation goes there, in
  // the same session, with the place in its address.
  go({ block }, map, cell) {
    const page = this.header.opens
    const link = [...document.querySelectorAll('a[data-testid="stPageLink-NavLink"]')]
      .map((each) => new URL(/** @type {HTMLAnchorElement} */ (each).href))
      .find(({ pathname }) => pathname.endsWith(`/${page}`))
    if (!link) return
    sendFocusAhead()
    history.pushState({}, "", `${link.pathname}?cell=${writePlace(block.id, map, cell)}`)
    dispatchEvent(new PopStateEvent("popstate", { state: {} }))
  }

  escape(stage) {
    if (this.enlarged.open) return this.enlarged.leave()
    stage.point(null)
    this.back(stage.frame, true)
  }

  dispose() {
    for (const observer of this.observers) observer.disconnect()
    if (this.channel) unsubscribe(this.channel, this)
  }
}

// Whether the values are the browser's, which differ from the engine's in their last digits.
const isConfirmed = (message) => Boolean(message?.reading) && !message.live

const bring = component("feature_maps", Publisher, (publisher, /** @type {any} */ { header }) => {
  publisher.receive(header)
})

const show = component("feature_maps", Viewer, (viewer, /** @type {any} */ { header, setTriggerValue }) => {
  viewer.receive(header, (cell) => setTriggerValue("selected", cell))
})

export default follow((mounted) => {
  const header = decode(mounted.data)
  return header.mode === "publish" ? bring({ ...mounted, header }) : show({ ...mounted, header })
})
