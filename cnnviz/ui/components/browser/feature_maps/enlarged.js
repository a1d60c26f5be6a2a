// One map, large; where a layer has it before and after the activation, both side by side.
import { element, focused } from "../shared/elements.js"
import { fill } from "../shared/format.js"
import { iconButton } from "../shared/icons.js"
import { alone } from "./layout.js"
import { Mosaic } from "./mosaic.js"
import { Stage } from "./stage.js"

const SIDE = 320 // CSS pixels

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
    this.root.scrollIntoView({ block: "nearest", inline: "nearest" })
    if (focus) this.stages[0].canvas.focus({ focusVisible: true })
  }

  build() {
    this.root?.remove()
    const { header } = this.viewer
    const { labels } = header
    this.root = element("section", "enlarged")
    this.root.onkeydown = (event) => {
      if (event.key === "Escape") this.close()
    }
    const head = element("div", "head", this.root)
    this.title = element("span", "title", head)
    if (this.frame.block.pictures > 1) {
      iconButton("previous", head, () => this.turn(-1), labels.previous)
      iconButton("next", head, () => this.turn(1), labels.next)
    }
    iconButton("close", head, () => this.close(), labels.close)
    const pictures = element("div", "pictures", this.root)
    this.frames = this.alike()
    this.stages = this.frames.map((frame) => this.picture(frame, pictures))
    if (this.frame.inStrip) this.viewer.scroller.after(this.root)
    else this.frame.root.append(this.root)
  }

  // The chosen block first, then those of the same shape.
  alike() {
    const same = ({ block }) =>
      block.kind === "maps" && ["rows", "columns", "maps"].every((n) => block[n] === this.frame.block[n])
    const others = this.frame.inStrip ? [] : this.viewer.frames.filter((frame) => frame !== this.frame && same(frame))
    return this.viewer.frames.filter((frame) => frame === this.frame || others.includes(frame))
  }

  picture(frame, parent) {
    const figure = element("figure", "picture", parent)
    if (this.frames.length > 1) element("figcaption", "subtitle", figure, frame.block.subtitle || frame.block.title)
    const stage = new Stage(Mosaic, figure, "enlarged", {
      ...this.viewer.on,
      choose: (chosen, cell, byKeys) => this.viewer.tell(chosen, cell, byKeys),
      escape: () => this.close(),
    })
    stage.frame = frame
    return stage
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
  }

  paint() {
    const { block } = this.frame
    const { labels } = this.viewer.header
    const name = this.frame.inStrip ? block.title : block.subtitle || block.title
    this.title.textContent = block.pictures > 1 ? fill(labels.enlarged, { map: this.map, title: name }) : name
    const side = Math.min(SIDE, this.viewer.width - 24)
    this.stages.forEach((stage, i) => {
      const { block: shown, look } = this.frames[i]
      stage.canvas.setAttribute("aria-label", this.title.textContent)
      stage.show(shown, alone(shown, side), look, this.map)
    })
  }

  close() {
    const wasInside = this.root.contains(focused(this.root))
    this.root.remove()
    this.map = null
    if (wasInside) this.frame.stage.canvas.focus()
  }
}
