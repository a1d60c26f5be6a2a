// The head of the rail that holds pad and answer. In a wide window its button hides the rail at the left, and the
// browser remembers that; in a narrow one it opens the bar at the foot as a sheet. Data in: [{labels}].
// What is open stands on the document's root, where the style sheet of all pages reads it: data-rail="hidden" and
// data-sheet="open". A page that is drawn again leaves these alone.
import { component } from "../shared/component.js"
import { call, element, write } from "../shared/elements.js"
import { iconButton, setIcon } from "../shared/icons.js"
import { attempt } from "../shared/storage.js"

const WIDE = "(min-width: 1100px)"
const KEPT = "cnnviz-rail"
const { dataset } = document.documentElement

class Head {
  constructor(root) {
    this.root = root
    this.title = element("span", "title", root)
    this.button = iconButton("hide", root, () => this.turn())
    this.wide = matchMedia(WIDE)
    this.drawn = () => this.draw()
    this.escape = (event) => {
      if (event.key === "Escape" && dataset.sheet && !this.wide.matches) this.turn()
    }
    dataset.rail = attempt(() => localStorage.getItem(KEPT))
    delete dataset.sheet // another page begins with its own content
    this.wide.addEventListener("change", this.drawn)
    document.addEventListener("keydown", this.escape)
  }

  receive({ labels }) {
    this.labels = labels
    write(this.title, labels.title)
    this.draw()
  }

  get open() {
    return this.wide.matches ? dataset.rail !== "hidden" : dataset.sheet === "open"
  }

  turn() {
    const open = !this.open
    if (!this.wide.matches) {
      if (open) dataset.sheet = "open"
      else delete dataset.sheet
    } else {
      dataset.rail = open ? "" : "hidden"
      attempt(() => localStorage.setItem(KEPT, dataset.rail))
    }
    this.draw()
  }

  draw() {
    const { open, labels } = this
    const wide = this.wide.matches
    this.root.classList.toggle("closed", !open)
    this.root.classList.toggle("wide", wide)
    this.root.classList.toggle("narrow", !wide)
    this.button.setAttribute("aria-expanded", String(open))
    if (wide) {
      setIcon(this.button, open ? "hide" : "show")
      call(this.button, open ? labels.hide : labels.show)
    } else {
      setIcon(this.button, open ? "close" : "pen")
      call(this.button, open ? labels.close : labels.open)
    }
  }

  dispose() {
    this.wide.removeEventListener("change", this.drawn)
    document.removeEventListener("keydown", this.escape)
  }
}

export default component("rail", Head, (head, { data }) => head.receive(data[0]))
