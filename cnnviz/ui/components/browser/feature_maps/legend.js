// What the colours of a block mean: a bar from low to high, and over which values it is stretched.
import { element, write } from "../shared/elements.js"
import { set } from "./boxes.js"
import { gradient } from "./colours.js"
import { short } from "./numbers.js"

export class Legend {
  constructor(parent) {
    this.root = element("div", "legend", parent)
    this.low = element("span", "number", this.root)
    this.bar = element("span", "bar", this.root)
    this.zero = element("span", "zero", this.bar, "0")
    this.high = element("span", "number", this.root)
    this.words = element("span", "words", this.root)
  }

  // `map` is the map that is pointed at, whose own range can be told.
  show(block, look, { colour_range: range, labels }, map) {
    const several = new Set(look.tops).size > 1
    const top = several ? look.tops[map] : look.tops[0]
    set(this.bar, "hidden", block.kind === "bars")
    set(this.zero, "hidden", !block.signed)
    write(this.high, top === undefined ? labels.high : short(top))
    write(this.low, top === undefined ? (block.signed ? labels.low : "0") : block.signed ? `−${short(top)}` : "0")
    write(this.words, block.kind === "maps" && block.maps > 1 ? labels[`range_${range}`] : "")
    set(this.root, "hidden", block.kind === "bars" || block.mixed)
    if (look.colours !== this.colours) this.bar.style.background = gradient(look.colours, block.signed)
    this.colours = look.colours
  }
}
