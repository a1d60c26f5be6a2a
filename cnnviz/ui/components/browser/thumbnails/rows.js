// Which picture of rows that wrap a key goes to.

/**
 * Return the index of the picture that a key goes to; null for a key that goes nowhere.
 *
 * @param {string} key
 * @param {number} place index of the picture that has the focus; negative for none
 * @param {number[]} tops of all pictures in order, in CSS pixels; those of a row are equal
 * @returns {number | null}
 */
export function nextPicture(key, place, tops) {
  if (place < 0 || place >= tops.length) return null
  const columns = tops.filter((top) => top === tops[0]).length
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns, Home: -place }[key]
  const to = key === "End" ? tops.length - 1 : step === undefined ? NaN : place + step
  return to >= 0 && to < tops.length ? to : null
}
