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

export const colourOf = (theme, index) => theme.colours[index % theme.colours.length]
