// Cells of a matrix: how strong their colour is, and which one a key goes to.

const MIN_PART = 10
const MAX_PART = 45 // percent of colour; text stays legible on both

/**
 * Return the percentage of colour of a cell with mistakes.
 *
 * @param {number} count of the cell
 * @param {number} most of any cell with mistakes
 */
export const part = (count, most) => (count ? Math.round(MIN_PART + ((MAX_PART - MIN_PART) * count) / most) : 0)

/**
 * Return the next cell in a direction that can be picked: in its row or column, and where there is none, in the order of
 * reading. Null where there is none at all.
 *
 * @param {[number, number]} from row and column
 * @param {[number, number]} step in rows and columns
 * @param {number} size of the matrix
 * @param {(at: [number, number]) => boolean} can
 * @returns {[number, number] | null}
 */
export function next(from, step, size, can) {
  let [row, column] = from
  for (;;) {
    row += step[0]
    column += step[1]
    if (row < 0 || column < 0 || row >= size || column >= size) break
    if (can([row, column])) return [row, column]
  }
  const onward = step[0] + step[1]
  for (let place = from[0] * size + from[1] + onward; place >= 0 && place < size * size; place += onward) {
    /** @type {[number, number]} */
    const at = [Math.floor(place / size), place % size]
    if (can(at)) return at
  }
  return null
}
