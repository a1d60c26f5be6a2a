// The pad's elements. All words come from Python in `labels`.

import { button, call, element, write } from "../shared/elements.js"
import { iconButton } from "../shared/icons.js"

const FILES = ["png", "json", "open"]

export function build(root) {
  root.replaceChildren()
  const place = element("div", "place", root)
  const paper = element("div", "paper", place)
  const canvas = element("canvas", "ink", paper)
  canvas.dataset.role = "pad"
  canvas.tabIndex = 0
  canvas.setAttribute("role", "application") // arrow keys and space are the pen's
  const hint = element("span", "hint", paper)
  hint.setAttribute("aria-hidden", "true")
  const cursor = element("span", "cursor", paper)
  const ring = element("span", "ring", paper)
  cursor.hidden = ring.hidden = true
  const help = element("span", "help", paper)
  help.id = "help"
  canvas.setAttribute("aria-describedby", "help")
  const margin = element("div", "margin", place) // a finger scrolls the page here
  margin.setAttribute("aria-hidden", "true")
  margin.dataset.role = "margin"
  const tools = element("div", "tools", root)
  const undo = iconButton("undo", tools)
  const redo = iconButton("redo", tools)
  const erase = iconButton("erase", tools)
  const clear = iconButton("clear", tools)
  const files = iconButton("files", tools)
  const range = element("input", "range", tools)
  Object.assign(range, { type: "range", step: 1 })
  range.dataset.role = "brush"
  const preview = element("span", "preview", tools)
  preview.setAttribute("aria-hidden", "true")
  element("span", "dot", preview)
  const menu = element("div", "menu", root)
  menu.id = "files"
  menu.setAttribute("role", "group")
  files.setAttribute("aria-controls", "files")
  const [png, json, open] = FILES.map((name) => {
    const made = button("item", menu, "")
    made.dataset.role = name
    return made
  })
  const file = element("input", "", root)
  Object.assign(file, { type: "file", accept: ".json,application/json", hidden: true, tabIndex: -1 })
  file.dataset.role = "file"
  const status = element("span", "status unseen", root)
  status.setAttribute("role", "status")
  return {
    ...{ root, paper, canvas, hint, cursor, ring, help, margin, tools, undo, redo, erase, clear, files, range },
    ...{ menu, png, json, open, file, status },
  }
}

export function name(parts, labels) {
  parts.canvas.setAttribute("aria-label", labels.pad)
  parts.hint.textContent = labels.hint
  parts.help.textContent = labels.keys
  for (const tool of ["undo", "redo", "erase", "clear", "files"]) call(parts[tool], labels[tool])
  for (const item of FILES) write(parts[item], labels[item])
  parts.menu.setAttribute("aria-label", labels.files)
  parts.file.setAttribute("aria-label", labels.open)
  call(parts.range, labels.brush)
}

/**
 * Say whether a button is of any use now. It keeps the focus: one that is disabled would lose it to nobody.
 *
 * @param {HTMLElement} tool
 * @param {boolean} off
 */
export function switchOff(tool, off) {
  tool.setAttribute("aria-disabled", String(off))
}

// What the button "files" shows and hides: saving and opening.
export class Menu {
  constructor({ files, menu }) {
    this.files = files
    this.menu = menu
    files.onclick = () => (menu.hidden ? this.show() : this.close())
    menu.onkeydown = files.onkeydown = (event) => {
      if (event.key !== "Escape" || menu.hidden) return
      event.stopPropagation()
      this.close()
    }
    this.elsewhere = (event) => {
      if (!menu.hidden && !event.composedPath().some((each) => each === menu || each === files)) this.hide()
    }
    document.addEventListener("pointerdown", this.elsewhere)
    menu.onfocusout = ({ relatedTarget }) => {
      if (relatedTarget && relatedTarget !== files && !menu.contains(relatedTarget)) this.hide()
    }
    this.hide()
  }

  show() {
    this.menu.hidden = false
    this.files.setAttribute("aria-expanded", "true")
    this.menu.querySelector("button").focus()
  }

  hide() {
    this.menu.hidden = true
    this.files.setAttribute("aria-expanded", "false")
  }

  close() {
    const open = !this.menu.hidden
    this.hide()
    if (open) this.files.focus()
  }

  dispose() {
    document.removeEventListener("pointerdown", this.elsewhere)
  }
}
