// Small makers of elements.

export function element(tag, className, parent, text) {
  const made = document.createElement(tag)
  if (className) made.className = className
  if (text !== undefined) made.textContent = text
  parent?.append(made)
  return made
}

const ICONS = {
  save: "M12 4v11m-5-5 5 5 5-5M5 20h14",
  close: "M6 6l12 12M18 6 6 18",
  previous: "M14.5 6 8.5 12l6 6",
  next: "M9.5 6l6 6-6 6",
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

// Text and other properties that stay the same are left alone: nothing to lay out again.
export function write(made, property, value) {
  if (made[property] !== value) made[property] = value
}

// A canvas of this many pixels, empty. Giving it a size makes a new one, so only where the size is new.
export function prepare(canvas, width, height) {
  const [across, down] = [Math.max(1, Math.round(width)), Math.max(1, Math.round(height))]
  const context = canvas.getContext("2d")
  if (canvas.width !== across || canvas.height !== down) Object.assign(canvas, { width: across, height: down })
  else context.clearRect(0, 0, across, down)
  return context
}

export function resize(made, width, height) {
  const [across, down] = [`${width}px`, `${height}px`]
  if (made.style.width !== across) made.style.width = across
  if (made.style.height !== down) made.style.height = down
}

export function put(made, { x, y, width, height }) {
  Object.assign(made.style, { left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` })
}
