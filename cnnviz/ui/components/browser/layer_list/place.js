// Which layer is in view, and which line a key goes to.

const LINE = 0.35 // of the window's height: the card that begins above it is read

/**
 * Return the index of the card in view; -1 where there is none.
 *
 * @param {(number | undefined)[]} tops of the cards in the window, in CSS pixels; undefined for one that is not there
 * @param {number} height of the window
 * @param {boolean} atEnd whether the page cannot be scrolled further: then the last card that is in sight
 */
export function current(tops, height, atEnd) {
  const line = height * (atEnd ? 0.85 : LINE)
  let found = -1
  tops.forEach((top, index) => {
    if (top !== undefined && (top <= line || found < 0)) found = index
  })
  return found
}

/**
 * Return the line that a key goes to from a line; null for a key that goes nowhere.
 *
 * @param {string} key
 * @param {number} place
 * @param {number} count
 * @returns {number | null}
 */
export function nextLine(key, place, count) {
  if (place < 0) return null
  const to = { ArrowUp: place - 1, ArrowDown: place + 1, Home: 0, End: count - 1 }[key]
  return to === undefined ? null : Math.max(0, Math.min(count - 1, to))
}
