// The pad's elements. All words come from Python in `labels`.

import { call, element } from "../shared/elements.js"
import { iconButton } from "../shared/icons.js"

export function build(root) {
  root.replaceChildren()
  const paper = element("div", "paper", root)
  const canvas = element("canvas", "ink", paper)
  canvas.dataset.role = "pad"
  canvas.tabIndex = 0
  canvas.setAttribute("role", "application") // arrow keys and space are the pen's
  const hint = element("span", "hint", paper)
  hint.setAttribute("aria-hidden", "true")
  const cursor = element("span", "cursor", paper)
  cursor.hidden = true
  const help = element("span", "help", paper)
  help.id = "help"
  canvas.setAttribute("aria-describedby", "help")
  const tools = element("div", "tools", root)
  const undo = iconButton("undo", tools)
  const clear = iconButton("clear", tools)
  const range = element("input", "range", tools)
  Object.assign(range, { type: "range", step: 1 })
  range.dataset.role = "brush"
  const preview = element("span", "preview", tools)
  preview.setAttribute("aria-hidden", "true")
  const dot = element("span", "dot", preview)
  const status = element("span", "status unseen", root)
  status.setAttribute("role", "status")
  return { paper, canvas, hint, cursor, help, tools, undo, clear, range, dot, status }
}

export function name(parts, labels) {
  parts.canvas.setAttribute("aria-label", labels.pad)
  parts.hint.textContent = labels.hint
  parts.help.textContent = labels.keys
  for (const tool of ["undo", "clear"]) call(parts[tool], labels[tool])
  call(parts.range, labels.brush)
}
