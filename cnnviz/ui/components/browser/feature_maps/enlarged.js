// One map, large; where a layer has it before and after the activation, both side by side.
import { button, element, focused, write } from "../shared/elements.js"
import { fill } from "../shared/format.js"
import { iconButton } from "../shared/icons.js"
import { Axes } from "./axes.js"
import { alone } from "./layout.js"
import { Mosaic } from "./mosaic.js"
import { Stage } from "./stage.js"

const SIDE = 320 // CSS pixels
const AXIS = 30 // of the numbers beside a map
const AROUND = 100 // of all that stands above and below a map
const NAVIGATION = 56 // at the top of the window
const ABOVE = 0.54 // of the window, that the account leaves free
const SMALLEST = 160

export class Enlarged {
  constructor(viewer) {
    this.viewer = viewer
    this.map = null
  }

  get open() {
    return this.map !== null
  }

  show(frame, map, focus) {
    const again = this.open && this.frame === frame
    this.frame = frame
    this.map = map
    if (!again) this.build()
    this.paint()
    this.reveal()
    if (focus) this.stages.find((each) => each.frame === frame)?.canvas.focus({ focusVisible: true })
  }

  // All of it, and in any case the map of one frame: in a narrow window they stand one below the other.
  reveal(frame) {
    this.root.scrollIntoView({ block: "nearest", inline: "nearest" })
    const stage = this.stages.find((each) => each.frame === frame)
    stage?.root.scrollIntoView({ block: "nearest", inline: "nearest" })
  }

  build() {
    this.root?.remove()
    const { header } = this.viewer
    const { labels } = header
    this.root = element("section", "enlarged")
    this.root.onkeydown = (event) => {
      if (event.key === "Escape") this.leave()
    }
    const head = element("div", "head", this.root)
    this.title = element("span", "title", head)
    if (this.frame.block.pictures > 1) {
      iconButton("previous", head, () => this.turn(-1), labels.previous)
      iconButton("next", head, () => this.turn(1), labels.next)
    }
    if (this.frame.leads) button("go", head, labels.look_inside, () => this.viewer.go(this.frame, this.map))
    iconButton("close", head, () => this.leave(), labels.close)
    this.why = element("p", "why", this.root)
    const pictures = element("div", "pictures", this.root)
    this.frames = this.alike()
    this.stages = this.frames.map((frame) => this.picture(frame, pictures))
    if (this.frame.inStrip) this.viewer.scroller.after(this.root)
    else this.frame.root.append(this.root)
  }

  // The chosen block and those of the same shape, in the layer's order.
  alike() {
    const same = ({ block }) =>
      block.kind === "maps" && ["rows", "columns", "maps"].every((n) => block[n] === this.frame.block[n])
    const others = this.frame.inStrip ? [] : this.viewer.frames.filter((frame) => frame !== this.frame && same(frame))
    return this.viewer.frames.filter((frame) => frame === this.frame || others.includes(frame))
  }

  picture(frame, parent) {
    const figure = element("figure", "picture", parent)
    if (this.frames.length > 1) element("figcaption", "subtitle", figure, frame.block.subtitle || frame.block.title)
    const axes = new Axes(figure)
    const stage = new Stage(Mosaic, axes.root, "enlarged", {
      ...this.viewer.on,
      choose: (chosen, cell, byKeys) => this.enter(chosen, cell, byKeys),
      escape: () => this.leave(),
    })
    stage.frame = frame
    stage.axes = axes
    return stage
  }

  // Into a cell: of the page's ledger, or of the page that has one.
  enter(stage, cell, byKeys) {
    if (stage.frame.leads) this.viewer.go(stage.frame, cell.map, cell)
    else this.viewer.tell(stage, cell, byKeys)
  }

  // The cell that is pointed at elsewhere, in the same place here.
  echo(pointed, cell) {
    if (!this.open || !this.frames.includes(pointed.frame)) return
    const here = cell?.map === this.map ? cell : null
    for (const stage of this.stages) if (stage !== pointed) stage.outline(here)
  }

  turn(by) {
    const { pictures } = this.frame.block
    this.map = (this.map + by + pictures) % pictures
    this.paint()
    this.viewer.turned(this.frame, this.map)
  }

  paint() {
    const { block } = this.frame
    this.title.textContent = this.name(block)
    write(this.why, this.viewer.whyDark(block, this.map))
    const { zoom } = this.frame
    const side = Math.min(SIDE * zoom, this.viewer.width - 24 - AXIS * zoom, this.room(zoom))
    this.stages.forEach((stage, i) => {
      const { block: shown, look, marks } = this.frames[i]
      const place = alone(shown, side)
      stage.canvas.setAttribute("aria-label", this.name(shown))
      stage.view.marks = (marks ?? []).filter(({ maps }) => maps.includes(this.map))
      stage.show(shown, place, look, this.map)
      stage.axes.show(shown, place.cell, zoom)
    })
  }

  name(block) {
    const title = this.frame.inStrip ? block.title : block.subtitle || block.title
    return block.pictures > 1 ? fill(this.viewer.header.labels.enlarged, { map: this.map, title }) : title
  }

  // Between the navigation and the account, which takes less than half of the window.
  room(zoom) {
    if (!this.viewer.header.cells) return Infinity
    return Math.max(SMALLEST, ABOVE * window.innerHeight - NAVIGATION - AROUND * zoom)
  }

  // One step back: from the map to all maps of its layer, which the page's ledger is told.
  leave() {
    if (!this.open) return // the key was heard below
    const { frame } = this
    this.close()
    this.viewer.back(frame)
  }

  close() {
    const wasInside = this.root.contains(focused(this.root))
    this.root.remove()
    this.map = null
    if (wasInside) this.frame.stage.canvas.focus()
  }
}
