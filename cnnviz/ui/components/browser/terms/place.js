// Where a popover stands, and what a term's link says.

const GAP = 6 // px between the term and its popover
const EDGE = 8 // px between the popover and the edge of the window

/**
 * Return the upper left corner of a popover: below the term, above it where there is more room, inside the window.
 *
 * @param {{left: number, top: number, bottom: number}} term in the window
 * @param {{width: number, height: number}} popover
 * @param {{width: number, height: number}} view the window
 * @returns {{left: number, top: number}}
 */
export function place(term, popover, view) {
  const left = Math.max(EDGE, Math.min(term.left, view.width - popover.width - EDGE))
  const below = term.bottom + GAP
  const above = term.top - GAP - popover.height
  const fits = below + popover.height <= view.height - EDGE
  return { left, top: fits || above < EDGE ? below : above }
}

/**
 * Return what a link's title says: name, definition and formula, with an em space between them.
 *
 * @param {string} title
 */
export function readTitle(title) {
  const [name, definition = "", formula = ""] = title.split("\u2003")
  return { name, definition, formula }
}
