// What the rows and columns of a single map are called, at its edges; those who hear the page hear it with each cell.
import { element } from "../shared/elements.js"

export const EDGE_WIDTH = 64 // CSS pixels beside the map

/**
 * Name the first and the last row beside a picture, and the first and the last column below it.
 *
 * @param {Element} stage
 * @param {string[][]} names of the rows, of the columns
 */
export function nameEdges(stage, names) {
  for (const [place, each] of [
    ["beside", names[0]],
    ["below", names[1]],
  ]) {
    const line = element("div", `edges ${place}`, stage)
    line.setAttribute("aria-hidden", "true")
    for (const name of [each[0], each.at(-1)]) element("span", "", line, String(name))
  }
}
