// The colours and the font of the page, as a canvas needs them, and how curves of each style look.

export function themeOf(root) {
  const style = getComputedStyle(root)
  const variable = (name) => style.getPropertyValue(name).trim()
  const colours = variable("--st-chart-categorical-colors")
    .split(",")
    .map((colour) => colour.trim())
  return {
    ink: style.color,
    paper: variable("--st-background-color") || "#fff",
    accent: variable("--st-primary-color") || style.color,
    line: style.getPropertyValue("outline-color") || style.color, // resolved by the style sheet: a mixture
    quiet: style.getPropertyValue("caret-color") || style.color,
    colours: colours[0] ? colours : [style.color],
    font: style.fontFamily,
  }
}

// Dashes in CSS pixels, so that curves are told apart without colours too; the first is a plain line.
const DASHES = [[], [9, 4], [2, 3], [9, 3, 2, 3], [5, 3], [16, 4], [2, 7]]

/**
 * Return the dashes of a curve: those of its colour, but for what is pale and thin behind the others.
 *
 * @param {number} colour index into the theme's colours
 * @param {string} style
 */
export function dashOf(colour, style) {
  if (style === "raw" || style === "behind") return []
  return style === "dashed" ? [6, 4] : DASHES[colour % DASHES.length]
}

export const colourOf = (theme, index) => theme.colours[index % theme.colours.length]

const STYLES = {
  raw: { width: 1, alpha: 0.35 },
  behind: { width: 1.25, alpha: 0.5 },
  line: { width: 2, alpha: 1 },
  points: { width: 1.75, alpha: 1 },
  dashed: { width: 1.5, alpha: 1 },
}
const FORWARD = { width: 1.5, alpha: 2 } // times the usual, of the curve that is brought forward
const BACK = 0.15 // times the usual opacity of the others

/**
 * Return width (CSS pixels) and opacity of a curve.
 *
 * @param {{ id: string, of?: string, style: string }} series
 * @param {string | null} lit id of the curve that is brought forward, with what belongs to it; null brings none
 */
export function lookOf({ id, of, style }, lit) {
  const { width, alpha } = STYLES[style]
  if (lit === null) return { width, alpha }
  if ((of || id) !== lit) return { width, alpha: alpha * BACK }
  return { width: width * FORWARD.width, alpha: Math.min(1, alpha * FORWARD.alpha) }
}
