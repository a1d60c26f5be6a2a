// Buttons with an icon: one path in a square of 24, drawn as a line.
import { button, call } from "./elements.js"

const ICONS = {
  back: "M17 6v12l-8-6zM7 6v12",
  clear: "M4 7h16M10 11v6M14 11v6M6 7l1 13h10l1-13M9 7V4h6v3",
  close: "M6 6l12 12M18 6 6 18",
  erase:
    "M9 20h11M5.5 16.5 4 15a1.4 1.4 0 0 1 0-2l8.5-8.5a1.4 1.4 0 0 1 2 0l5 5a1.4 1.4 0 0 1 0 2L11 20H9zM8.5 8.5l7 7",
  files: "M3.5 18.5v-13h6l2 2.5h9v10.5z",
  forward: "M7 6v12l8-6zM17 6v12",
  hide: "M13 6l-6 6 6 6M18 6l-6 6 6 6",
  in: "M12 6v12M6 12h12",
  next: "M9.5 6l6 6-6 6",
  out: "M6 12h12",
  pause: "M8.5 6v12M15.5 6v12",
  pen: "M4 20l1-5L16 4l4 4L9 19zM14 6l4 4",
  play: "M8 5.5v13l10.5-6.5z",
  previous: "M14.5 6 8.5 12l6 6",
  redo: "M15 14l5-5-5-5M20 9H9.5a5.5 5.5 0 0 0 0 11H13",
  reset: "M4 12h16M8 8l-4 4 4 4M16 8l4 4-4 4",
  restart: "M6.5 9.5A7 7 0 1 1 5 14M6 4.5v5h5",
  save: "M12 4v11m-5-5 5 5 5-5M5 20h14",
  show: "M11 6l6 6-6 6M6 6l6 6-6 6",
  undo: "M9 14 4 9l5-5M4 9h10.5a5.5 5.5 0 0 1 0 11H11",
}

/**
 * Make a button with an icon.
 *
 * @param {keyof typeof ICONS} name also its role, by which tests and style sheets find it
 * @param {Element} parent
 * @param {(event: MouseEvent) => void} [onclick]
 * @param {string} [label] where it is known already
 */
export function iconButton(name, parent, onclick, label) {
  const made = button("tool", parent, "", onclick)
  made.dataset.role = name
  if (label !== undefined) call(made, label)
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg")
  svg.setAttribute("viewBox", "0 0 24 24")
  svg.setAttribute("aria-hidden", "true")
  svg.append(document.createElementNS(svg.namespaceURI, "path"))
  made.append(svg)
  setIcon(made, name)
  return made
}

/**
 * Show another icon on a button.
 *
 * @param {HTMLElement} made
 * @param {keyof typeof ICONS} name
 */
export function setIcon(made, name) {
  const path = made.querySelector("path")
  if (path.getAttribute("d") !== ICONS[name]) path.setAttribute("d", ICONS[name])
}
