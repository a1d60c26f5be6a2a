// The room that names have beside bars.

const MAX_SHORT = 10 // letters of a name that stands on one line
const MAX_LINE = 24 // letters of a line of a longer one
const WIDE = 0x1100 // from here on a letter may be as wide as two

/**
 * Return the letters that a name is wide; those of Chinese, Japanese and Korean, and emoji, count twice.
 *
 * @param {string} name
 */
export function measure(name) {
  return Array.from(name).reduce((sum, letter) => sum + ((letter.codePointAt(0) ?? 0) < WIDE ? 1 : 2), 0)
}

/**
 * Return the width of the names' column in CSS, one for all rows, and whether names may take several lines.
 *
 * @param {string[]} names
 * @returns {{width: string, wraps: boolean}}
 */
export function findRoom(names) {
  const longest = Math.max(1, ...names.map(measure))
  if (longest === 1) return { width: "1.5rem", wraps: false }
  if (longest <= MAX_SHORT) return { width: `${longest + 1}ch`, wraps: false }
  return { width: `min(${Math.min(longest, MAX_LINE) + 1}ch, 42%)`, wraps: true }
}
