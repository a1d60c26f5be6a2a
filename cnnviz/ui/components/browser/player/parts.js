// The player's elements. All words come from Python.

const ICONS = {
  back: "M17 6v12l-8-6zM7 6v12",
  forward: "M7 6v12l8-6zM17 6v12",
  play: "M8 5.5v13l10.5-6.5z",
  pause: "M8.5 6v12M15.5 6v12",
}
const SPEEDS = [0.5, 1, 2, 4]

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
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg")
  svg.setAttribute("viewBox", "0 0 24 24")
  svg.setAttribute("aria-hidden", "true")
  svg.append(document.createElementNS(svg.namespaceURI, "path"))
  button.append(svg)
  icon(button, name)
  return button
}

export function icon(button, name) {
  const path = button.querySelector("path")
  if (path.getAttribute("d") !== ICONS[name]) path.setAttribute("d", ICONS[name])
}

export function build(root) {
  root.replaceChildren()
  const slider = element("input", "slider", root)
  Object.assign(slider, { type: "range", min: 0, step: 1 })
  slider.dataset.role = "slider"
  const row = element("div", "row", root)
  const [back, play, forward] = ["back", "play", "forward"].map((name) => iconButton(name, row))
  const name = element("output", "name", row)
  name.setAttribute("aria-live", "off") // the slider says it
  const speed = element("select", "speed", row)
  for (const each of SPEEDS) speed.add(new Option(`${each}×`, each, each === 1, each === 1))
  play.hidden = speed.hidden = matchMedia("(prefers-reduced-motion: reduce)").matches
  return { root, slider, back, play, forward, name, speed }
}
