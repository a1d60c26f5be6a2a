// The colours and the font of the page, as a canvas needs them.

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
  if (style === "raw") return []
  return style === "dashed" ? [6, 4] : DASHES[colour % DASHES.length]
}

export const colourOf = (theme, index) => theme.colours[index % theme.colours.length]
