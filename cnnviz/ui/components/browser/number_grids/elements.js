// Small makers of elements, and sentences with numbers in them.

export function element(tag, className, parent, text) {
  const made = document.createElement(tag)
  if (className) made.className = className
  if (text !== undefined) made.textContent = text
  parent?.append(made)
  return made
}

const ICONS = {
  back: "M17 6v12l-8-6zM7 6v12",
  forward: "M7 6v12l8-6zM17 6v12",
  play: "M8 5.5v13l10.5-6.5z",
  pause: "M8.5 6v12M15.5 6v12",
  restart: "M6.5 9.5A7 7 0 1 1 5 14M6 4.5v5h5",
}

export function iconButton(name, parent, onclick) {
  const button = element("button", "tool", parent)
  button.type = "button"
  button.dataset.role = name
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg")
  svg.setAttribute("viewBox", "0 0 24 24")
  svg.setAttribute("aria-hidden", "true")
  svg.append(document.createElementNS(svg.namespaceURI, "path"))
  button.append(svg)
  setIcon(button, name)
  button.onclick = onclick
  return button
}

export const setIcon = (button, name) => button.querySelector("path").setAttribute("d", ICONS[name])

export function call(button, name) {
  if (button.title === name) return
  button.title = name
  button.setAttribute("aria-label", name)
}

export const fill = (template, fields) => template.replace(/\{(\w+)\}/g, (whole, name) => fields[name] ?? whole)

export function write(made, text) {
  if (made.textContent !== text) made.textContent = text
}
