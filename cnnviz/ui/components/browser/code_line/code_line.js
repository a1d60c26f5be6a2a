// A layer's line of code. Data in: [{kind, why, arguments, others, rows, diagram, labels}]. Nothing goes back to Python.
import { component } from "../shared/component.js"
import { button, drawing, element } from "../shared/elements.js"
import { appendTerms, pieces } from "../shared/terms.js"

class CodeLine {
  constructor(root) {
    this.root = root
    this.data = null
    this.drawn = "" // the data as it is shown, as JSON
    root.replaceChildren()
    this.text = element("div", "text", root)
    this.diagram = element("div", "diagram", root)
    root.onkeydown = (event) => this.key(event)
    root.onpointerover = (event) => event.pointerType === "mouse" && this.point(event.target)
    root.onpointerleave = () => this.show(this.kept)
    root.onclick = (event) => this.press(event.target.closest("[data-argument], [data-of]"))
    root.addEventListener("focusin", ({ target }) => this.show(this.of(target) ?? this.kept))
    root.addEventListener("focusout", ({ relatedTarget }) => root.contains(relatedTarget) || this.show(this.kept))
  }

  receive(data) {
    const drawn = JSON.stringify(data)
    if (drawn === this.drawn) return // the page ran again for something else
    Object.assign(this, { drawn, data })
    this.build(data)
    this.keep([])
    this.show([])
  }

  build({ kind, why, arguments: all, rows, diagram, labels }) {
    this.text.replaceChildren()
    this.buttons = []
    const toolbar = element("div", "code", this.text)
    toolbar.setAttribute("role", "toolbar")
    toolbar.setAttribute("aria-label", labels.line)
    const code = element("code", "written", toolbar)
    element("span", "kind", code, kind)
    this.list(
      code,
      all.filter(({ written }) => written),
      ["(", ", ", ")"],
    )
    const usual = all.filter(({ written }) => !written)
    const rest = element("p", "left-out", toolbar, usual.length ? `${labels.left_out} ` : "")
    this.list(element("code", "", rest), usual, ["", " ", ""])
    this.buttons.forEach((button, place) => (button.tabIndex = place ? -1 : 0))
    for (const [label, parts] of rows) this.row(label, parts)
    const place = element("div", "place", this.text)
    this.said = element("p", "said", place)
    this.said.setAttribute("aria-live", "polite")
    // The longest sentence keeps room for all, so that the maps below stay where they are.
    const longest = all
      .map(({ code, said }) => `${code}  ${said}`)
      .concat(
        pieces(`${why} ${labels.press}`)
          .map(({ text }) => text)
          .join(""),
      )
      .reduce((one, other) => (other.length > one.length ? other : one), "")
    element("p", "said room", place, longest).setAttribute("aria-hidden", "true")
    this.diagram.replaceChildren(...(diagram ? [drawing(diagram)] : []))
    this.pieces = [...this.root.querySelectorAll("[data-of]")]
    for (const piece of this.pieces) piece.of = piece.dataset.of.split(" ")
  }

  list(parent, some, [before, between, after]) {
    parent.append(before)
    some.forEach(({ name, code }, place) => {
      const kept = element("span", "kept", parent) // no line begins with a comma
      const argument = button("argument", kept, code)
      argument.dataset.argument = name
      this.buttons.push(argument)
      const last = place === some.length - 1
      kept.append((last ? after : between).trim())
      if (!last) parent.append(" ")
    })
    if (!some.length) parent.append(after)
  }

  row(label, parts) {
    const row = element("p", "row", this.text)
    element("span", "heading", row, label)
    const formula = element("span", "formula", row)
    for (const [text, of] of parts) {
      const piece = element("span", of.length ? "piece" : "", formula, text)
      if (of.length) piece.dataset.of = of.join(" ")
    }
  }

  // Which arguments stand behind an element: an argument itself, or a piece of a formula or of the drawing.
  of(target) {
    const found = target?.closest?.("[data-argument], [data-of]")
    if (!found || !this.root.contains(found)) return null
    return found.dataset.argument ? [found.dataset.argument] : found.of
  }

  point(target) {
    this.show(this.of(target) ?? this.kept)
  }

  press(target) {
    const names = this.of(target)
    const again = names && names.join() === this.kept.join()
    this.keep(names && !again ? names : [])
    this.show(this.kept)
  }

  keep(names) {
    this.kept = names
    for (const button of this.buttons)
      button.setAttribute("aria-pressed", String(names.includes(button.dataset.argument)))
  }

  key(event) {
    const place = this.buttons.indexOf(event.target)
    const last = this.buttons.length - 1
    const to = {
      ArrowRight: place + 1,
      ArrowDown: place + 1,
      ArrowLeft: place - 1,
      ArrowUp: place - 1,
      Home: 0,
      End: last,
    }[event.key]
    if (event.key === "Escape") {
      this.keep([])
      this.show([])
    } else if (place >= 0 && to !== undefined) this.move((to + last + 1) % (last + 1))
    else return
    event.preventDefault()
  }

  move(to) {
    this.buttons.forEach((button, place) => (button.tabIndex = place === to ? 0 : -1))
    this.buttons[to].focus()
  }

  show(names) {
    const { arguments: all, others, why, labels } = this.data
    for (const button of this.buttons) button.classList.toggle("lit", names.includes(button.dataset.argument))
    for (const piece of this.pieces)
      piece.classList.toggle(
        "lit",
        piece.of.some((name) => names.includes(name)),
      )
    this.root.dataset.lit = names.join(" ")
    const [name] = names
    const argument = all.find((each) => each.name === name)
    const said = argument ? argument.said : (others[name] ?? `${why} ${labels.press}`)
    if (this.said.dataset.text === said) return
    this.said.dataset.text = said
    this.said.replaceChildren()
    if (argument)
      element("strong", "", this.said, argument.code.includes("=") ? `${argument.code} ` : `${name}=${argument.code} `)
    appendTerms(this.said, said.trim())
  }
}

export default component("code_line", CodeLine, (line, { data }) => line.receive(data[0]))
