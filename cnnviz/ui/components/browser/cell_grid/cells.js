// Sizes, steps and spellings of a grid of cells.

/**
 * Return the side of a picture in CSS pixels: the largest that fits and has whole pixels of the screen for each of its
 * own, or what fits where not even one does.
 *
 * @param {number} room CSS pixels for a picture with its gap
 * @param {number} pixels a side of the picture
 * @param {number} largest CSS pixels with the gap
 * @param {number} gap
 * @param {number} ratio pixels of the screen in a CSS pixel
 */
export function sideOf(room, pixels, largest, gap, ratio) {
  const side = Math.min(room, largest) - gap
  const times = Math.floor((side * ratio) / pixels)
  return times > 0 ? (times * pixels) / ratio : Math.max(1, Math.floor(side))
}

/**
 * Return the place that a step leads to, or the same one at the edge.
 *
 * @param {number} place
 * @param {[number, number]} step rows and columns
 * @param {number} columns
 * @param {number} count
 */
export function clampPlace(place, [rows, across], columns, count) {
  const column = (place % columns) + across
  const next = place + rows * columns + across
  return column < 0 || column >= columns || next < 0 || next >= count ? place : next
}

/**
 * Spell a byte divided by 255.
 *
 * @param {number} value
 * @param {number} decimals
 */
export const spellShare = (value, decimals) =>
  value === 0 || value === 255 ? String(value / 255) : (value / 255).toFixed(decimals)

/**
 * Return the colour of a text on a grey of this value: white or black, whichever has the greater contrast.
 *
 * @param {number} value 0 to 255
 */
export const textColour = (value) => (value < 118 ? "#fff" : "#000")

/**
 * Return as much of a text as fits, one character at least.
 *
 * @param {string} text
 * @param {(text: string) => boolean} fits
 */
export function shorten(text, fits) {
  const characters = [...text]
  while (characters.length > 1 && !fits(characters.join(""))) characters.pop()
  return characters.join("").trimEnd()
}
