// Sentences with numbers in them.

/**
 * Fill the {fields} of a sentence; an unknown one stays as it is.
 *
 * @param {string} template
 * @param {Record<string, unknown>} fields
 * @returns {string}
 */
export const fill = (template, fields) => template.replace(/\{(\w+)\}/g, (whole, name) => String(fields[name] ?? whole))

/** The percent sign with the space before it, at which no line ends: `core.percentages.SIGN`. */
export const PERCENT = "\u00a0%"

/**
 * Write a share in steps of 0.1 %; never 0 for more than nothing, never 100 for less than all.
 *
 * @param {number} share 0 to 1
 */
export function percent(share) {
  if (share > 0 && share < 0.0005) return `<0.1${PERCENT}`
  if (share < 1 && share >= 0.9995) return `>99.9${PERCENT}`
  return `${(share * 100).toFixed(1)}${PERCENT}`
}
