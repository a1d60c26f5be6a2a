// The list of layers. Data in: [{lines, channel, palette, kinds, kind, only, always_one, labels}]. Trigger out,
// "chosen": {kinds}, {one, layer} or {layer}, for what only Python can show; going to a card on the page asks nobody.
// In a narrow window the list is one to pick from: the style sheet hides the one or the other.
import { explained, published, subscribe, unsubscribe } from "../shared/channels.js"
import { component } from "../shared/component.js"
import { button, element, focused, write } from "../shared/elements.js"
import { current, nextLine } from "./place.js"
import { draw } from "./thumbnail.js"

const SCROLLING = new Set(["ArrowDown", "ArrowUp", "End", "Home", "PageDown", "PageUp", " "])
const RELEASING = ["wheel", "touchmove", "pointerdown", "keydown"]
const THUMBNAILS = 80 // ms between two paintings of the thumbnails: they follow the pen, but nobody waits for them

const find = ({ card }) => document.querySelector(`[class*="${card}"]`)

class LayerList {
  constructor(root) {
    this.root = root
    this.lines = []
    this.drawn = "" // what the list was built of, as JSON
    this.held = -1 // the line that was gone to, until the visitor scrolls
    this.here = -1
    this.timer = 0
    this.frame = 0
    this.turned = 0 // how often another place had been explained by the last look
    root.replaceChildren()
    this.choices = element("div", "choices", root)
    this.jump = element("select", "jump", this.choices)
    this.kinds = element("select", "kinds", this.choices)
    this.one = button("one", this.choices, "", () => this.turn())
    this.nav = element("nav", "", root)
    this.list = element("ol", "list", this.nav)
    this.none = element("p", "none", root)
    this.kinds.onchange = () => this.choose({ kinds: this.kinds.value })
    this.jump.onchange = () => this.go(this.jump.selectedIndex)
    this.list.onkeydown = (event) => this.key(event)
    this.moved = () => (this.frame ||= requestAnimationFrame(() => this.mark()))
    this.released = (event) => {
      if (event.type === "keydown" && !SCROLLING.has(event.key)) return
      if (!event.composedPath().includes(root)) this.held = -1
    }
    document.addEventListener("scroll", this.moved, { capture: true, passive: true })
    for (const act of RELEASING) document.addEventListener(act, this.released, { passive: true })
  }

  receive(data, trigger) {
    this.choose = (choice) => trigger(choice)
    if (this.data && this.data.channel !== data.channel) unsubscribe(this.data.channel, this)
    this.data = data
    subscribe(data.channel, this)
    const { lines, kinds, labels, only } = data
    const drawn = JSON.stringify([lines, kinds, labels])
    if (drawn !== this.drawn) this.build(data)
    this.drawn = drawn
    this.kinds.value = data.kind
    this.one.setAttribute("aria-pressed", String(Boolean(only)))
    this.one.disabled = !lines.length || data.always_one
    this.here = -1
    this.mark()
    this.published()
  }

  build({ lines, kinds, labels }) {
    this.held = -1
    this.nav.setAttribute("aria-label", labels.title)
    this.jump.setAttribute("aria-label", labels.jump)
    this.kinds.setAttribute("aria-label", labels.kinds)
    write(this.one, labels.one)
    write(this.none, lines.length ? "" : labels.none)
    this.fill(this.kinds, kinds)
    this.fill(
      this.jump,
      lines.map(({ name, title }) => [name, title]),
    )
    this.jump.disabled = !lines.length
    this.list.replaceChildren()
    this.lines = lines.map((line, index) => this.line(line, index))
  }

  fill(select, options) {
    select.replaceChildren()
    for (const [value, text] of options) element("option", "", select, text).value = value
  }

  line(line, index) {
    const made = button("line", element("li", "", this.list), "", () => this.go(index))
    const picture = element("canvas", "picture", made)
    Object.assign(picture, { width: 1, height: 1 })
    element("span", "title", made, line.title)
    element("span", "shape", made, line.shape)
    made.title = `${line.title} · ${line.name}`
    made.tabIndex = index ? -1 : 0
    return { ...line, button: made, picture, map: -1 }
  }

  // One stop for Tab; arrows go from line to line.
  key(event) {
    const place = this.lines.findIndex(({ button }) => button === focused(this.root))
    const to = nextLine(event.key, place, this.lines.length)
    if (to === null) return
    event.preventDefault()
    this.lines.forEach(({ button }, index) => (button.tabIndex = index === to ? 0 : -1))
    this.lines[to].button.focus()
  }

  turn() {
    const one = !this.data.only
    this.choose({ one, layer: one ? (this.lines[Math.max(0, this.here)]?.name ?? "") : "" })
  }

  go(index) {
    const line = this.lines[index]
    if (!line) return
    if (this.data.only) {
      if (line.name !== this.data.only) this.choose({ layer: line.name })
      return
    }
    const card = find(line)
    if (!card) return
    this.held = index
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches
    card.scrollIntoView({ block: "start", behavior: still ? "auto" : "smooth" })
    card.querySelector("summary")?.focus({ preventScroll: true })
    this.mark()
  }

  // Mark the layer in view, and keep its line in sight in the list.
  mark() {
    this.frame = 0
    const here = this.inView()
    if (here === this.here) return
    this.here = here
    this.lines.forEach(({ button }, index) => {
      if (index === here) button.setAttribute("aria-current", "true")
      else button.removeAttribute("aria-current")
    })
    this.jump.selectedIndex = here
    if (here < 0) return
    if (!this.list.contains(focused(this.root)))
      this.lines.forEach(({ button }, index) => (button.tabIndex = index === here ? 0 : -1))
    const { offsetTop, offsetHeight } = this.lines[here].button.parentElement
    const { scrollTop, clientHeight } = this.list
    if (offsetTop < scrollTop || offsetTop + offsetHeight > scrollTop + clientHeight)
      this.list.scrollTop = offsetTop - clientHeight / 2
  }

  // A layer without maps has no viewer that comes into sight when its cells are explained, but a card.
  explained() {
    const { place, turn } = explained(this.data.channel)
    if (turn === this.turned) return
    this.turned = turn
    const line = place && this.lines.find(({ name, block }) => !block && place.block === `${name}/after`)
    if (line) find(line)?.scrollIntoView({ block: "start" })
  }

  inView() {
    const { only } = this.data
    if (only) return this.lines.findIndex(({ name }) => name === only)
    if (this.held >= 0) return this.held
    const tops = this.lines.map((line) => find(line)?.getBoundingClientRect().top)
    const main = document.querySelector('[data-testid="stMain"]')
    const atEnd = main && main.scrollTop > 0 && main.scrollTop + main.clientHeight >= main.scrollHeight - 2
    return current(tops, innerHeight, Boolean(atEnd))
  }

  published() {
    this.timer ||= window.setTimeout(() => this.paint(), THUMBNAILS)
  }

  paint() {
    this.timer = 0
    const message = published(this.data.channel)
    if (!message || !this.list.offsetParent) return // nothing to see in a narrow window
    const style = getComputedStyle(this.root)
    const theme = { ink: style.color, accent: style.getPropertyValue("--st-primary-color").trim() || style.color }
    for (const line of this.lines) {
      const block = line.block && message.blocks.get(line.block)
      if (block) line.map = draw(line.picture, block, { ...theme, palette: this.data.palette, map: line.map })
      else if (line.picture.width > 1) Object.assign(line.picture, { width: 1, height: 1 }) // not sent, or no longer
    }
  }

  dispose() {
    if (this.data) unsubscribe(this.data.channel, this)
    clearTimeout(this.timer)
    document.removeEventListener("scroll", this.moved, { capture: true })
    for (const act of RELEASING) document.removeEventListener(act, this.released)
  }
}

export default component("layer_list", LayerList, (list, { data, setTriggerValue }) =>
  list.receive(data[0], (choice) => setTriggerValue("chosen", choice)),
)
