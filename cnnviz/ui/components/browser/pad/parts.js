// The pad's elements. All words come from Python in `labels`.

const ICONS = {
  undo: "M9 14 4 9l5-5M4 9h10.5a5.5 5.5 0 0 1 0 11H11",
  clear: "M4 7h16M10 11v6M14 11v6M6 7l1 13h10l1-13M9 7V4h6v3",
}

function element(tag, className, parent) {
  const made = document.createElement(tag)
  made.className = className
  parent.append(made)
  return made
}

function iconButton(name, parent) {
  const button = element("button", "tool", parent)
  button.type = "button"
  button.dataset.role = name
  const icon = document.createElementNS("http://www.w3.org/2000/svg", "svg")
  icon.setAttribute("viewBox", "0 0 24 24")
  icon.setAttribute("aria-hidden", "true")
  const path = document.createElementNS(icon.namespaceURI, "path")
  path.setAttribute("d", ICONS[name])
  icon.append(path)
  button.append(icon)
  return button
}

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
  Object.assign(range, { type: "range", min: 8, max: 40, step: 1 })
  range.dataset.role = "brush"
  const preview = element("span", "preview", tools)
  preview.setAttribute("aria-hidden", "true")
  const dot = element("span", "dot", preview)
  const status = element("span", "status", root)
  status.setAttribute("role", "status")
  return { root, paper, canvas, hint, cursor, help, tools, undo, clear, range, dot, status }
}

export function name(parts, labels) {
  parts.canvas.setAttribute("aria-label", labels.pad)
  parts.hint.textContent = labels.hint
  parts.help.textContent = labels.keys
  for (const tool of ["undo", "clear"]) {
    parts[tool].setAttribute("aria-label", labels[tool])
    parts[tool].title = labels[tool]
  }
  parts.range.setAttribute("aria-label", labels.brush)
  parts.range.title = labels.brush
}
