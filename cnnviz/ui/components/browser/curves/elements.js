// Small makers of elements.

export function element(tag, className, parent, text) {
  const made = document.createElement(tag)
  if (className) made.className = className
  if (text !== undefined) made.textContent = text
  parent?.append(made)
  return made
}

const ICONS = {
  in: "M12 6v12M6 12h12",
  out: "M6 12h12",
  reset: "M4 12h16M8 8l-4 4 4 4M16 8l4 4-4 4",
  save: "M12 4v11m-5-5 5 5 5-5M5 20h14",
}

export function iconButton(name, parent, label, onclick) {
  const button = element("button", "tool", parent)
  button.type = "button"
  button.dataset.role = name
  button.title = label
  button.setAttribute("aria-label", label)
  const icon = document.createElementNS("http://www.w3.org/2000/svg", "svg")
  icon.setAttribute("viewBox", "0 0 24 24")
  icon.setAttribute("aria-hidden", "true")
  const path = document.createElementNS(icon.namespaceURI, "path")
  path.setAttribute("d", ICONS[name])
  icon.append(path)
  button.append(icon)
  button.onclick = onclick
  return button
}

// Text that stays the same is left alone: nothing to lay out again.
export function write(made, text) {
  if (made.textContent !== text) made.textContent = text
}
