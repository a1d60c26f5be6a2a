// The window slides over what the layer reads, while the map fills in: cell after cell, as the network's own values.
import { short } from "../feature_maps/numbers.js"
import { build } from "../player/parts.js"
import { published } from "../shared/channels.js"
import { button, call, element, write } from "../shared/elements.js"
import { fill } from "../shared/format.js"
import { setIcon } from "../shared/icons.js"
import { Picture } from "./pictures.js"

const STEP = 60 // ms a cell at speed 1
const SIDE = 112 // CSS pixels of a picture

/**
 * Return the cell that is reached, counted from 0 along the rows.
 *
 * @param {number} from where it began
 * @param {number} passed milliseconds since
 * @param {number} speed
 * @param {number} last
 */
export const reached = (from, passed, speed, last) => Math.min(last, from + Math.floor((passed * speed) / STEP))

export class Slide {
  constructor(parent, view, labels, panel, before) {
    this.view = view
    this.labels = labels
    this.panel = panel
    this.geometry = view.geometry
    this.playing = false
    this.from = this.since = 0
    /** @type {number | null} the animation's next frame */
    this.frame = null
    const { rows, columns, row, column } = this.geometry
    this.across = columns.length
    this.last = rows.length * this.across - 1
    // A map begins complete, a cell with what is computed before it.
    this.index = before ?? (view.level === "cell" ? row * this.across + column : this.last)
    this.root = element("section", "slide", parent)
    this.root.setAttribute("aria-label", labels.slide)
    element("h4", "", this.root, labels.slide)
    const pictures = element("div", "pictures", this.root)
    this.sources = this.geometry.shown.map(({ map, name }) => this.picture(pictures, map, name))
    element("span", "sign", pictures, "→").setAttribute("aria-hidden", "true")
    this.out = this.picture(pictures, this.geometry.map, fill(labels.out, this.geometry))
    this.parts = build(element("div", "player", this.root))
    this.into = button("go", this.parts.name.parentElement, labels.into, () => this.enter())
    this.listen()
    this.paint()
  }

  /** @returns {{ of: number, name: string, place: HTMLElement, picture: Picture | null }} */
  picture(parent, of, name) {
    const figure = element("figure", "", parent)
    const place = element("div", "", figure)
    element("figcaption", "", figure, name)
    return { of, name, place, picture: null }
  }

  get cell() {
    return { row: Math.floor(this.index / this.across), column: this.index % this.across }
  }

  listen() {
    const { back, play, forward, speed, slider } = this.parts
    const { labels } = this
    Object.assign(slider, { max: this.last })
    slider.setAttribute("aria-label", labels.slide)
    call(back, labels.back)
    call(forward, labels.forward)
    call(speed, labels.speed)
    back.onclick = () => this.seek(this.index - 1)
    forward.onclick = () => this.seek(this.index + 1)
    play.onclick = () => this.toggle()
    speed.onchange = () => this.begin()
    slider.oninput = () => this.seek(Number(slider.value))
  }

  seek(index) {
    this.pause()
    this.index = Math.max(0, Math.min(this.last, index))
    this.show()
  }

  toggle() {
    if (this.playing) return this.pause()
    if (this.index === this.last) this.index = 0
    this.playing = true
    this.begin()
  }

  // From here on at this speed.
  begin() {
    this.from = this.index
    this.since = performance.now()
    if (this.playing && !this.frame) this.frame = requestAnimationFrame(() => this.advance())
    this.show()
  }

  advance() {
    this.frame = null
    if (!this.playing || !this.root.isConnected) return
    const next = reached(this.from, performance.now() - this.since, Number(this.parts.speed.value), this.last)
    if (next !== this.index) {
      this.index = next
      this.show()
    }
    if (next === this.last) return this.pause()
    this.frame = requestAnimationFrame(() => this.advance())
  }

  pause() {
    this.playing = false
    cancelAnimationFrame(this.frame)
    this.frame = null
    this.show()
  }

  // To the account of the cell where the window is.
  enter() {
    const { layer } = this.view.place.at(-1).step
    this.panel.go({ kind: "choose", layer, map: this.geometry.map, ...this.cell }, this.out.place)
  }

  // Maps as they were last published, also again while the pen moves.
  paint() {
    const source = this.panel.block(this.geometry.source)
    const own = published(this.panel.channel)?.blocks.get(this.geometry.own)
    for (const each of this.sources) this.prepare(each, source)
    this.prepare(this.out, own)
    this.show()
  }

  prepare(each, block) {
    each.place.replaceChildren()
    each.picture = block && each.of < block.maps ? new Picture(each.place, block, each.of, SIDE, each.name, true) : null
  }

  // Where the window is now; `at` is another place, that is pointed at.
  show(at = this.cell) {
    const { geometry, parts, labels } = this
    const window = { rows: geometry.rows[at.row], columns: geometry.columns[at.column] }
    for (const { picture } of this.sources) picture?.draw(window)
    this.out.picture?.draw({ rows: [at.row], columns: [at.column] }, this.index)
    const value = this.out.picture?.value(at.row, at.column)
    const said = fill(labels.moment, at) + (value === undefined ? "" : `: ${short(value)}`)
    write(parts.name, said)
    const { slider, back, forward, play } = parts
    slider.value = String(this.index)
    slider.setAttribute("aria-valuetext", said)
    // One that is of no use now keeps the focus.
    back.setAttribute("aria-disabled", String(this.index === 0))
    forward.setAttribute("aria-disabled", String(this.index === this.last))
    setIcon(play, this.playing ? "pause" : "play")
    call(play, labels[this.playing ? "pause" : "play"])
    Object.assign(this.root.dataset, { index: this.index, playing: Boolean(this.playing) })
  }

  dispose() {
    this.playing = false
    cancelAnimationFrame(this.frame)
  }
}
