// Whether values that the browser has worked out itself are those of the NumPy engine, by the signed sums that Python
// sends in place of them, see `feature_maps/check.py`.

/** Share of the largest value by which a sum may differ: a quarter of the step from one colour to the next. */
const TOLERANCE = 1 / 1024

/**
 * Return the signed sums of values: bit j of the highest eight of an index's hash is the sign in sum j.
 *
 * @param {ArrayLike<number>} values
 */
export function addSigned(values) {
  const sums = new Float64Array(8)
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i]
    if (value === 0) continue // a ReLU leaves many
    let mixed = Math.imul(i + 1, 0x9e3779b1)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x85ebca77)
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae3d)
    for (let j = 0; j < 8; j += 1) sums[j] += (mixed >>> (24 + j)) & 1 ? -value : value
  }
  return sums
}

/**
 * Return whether values are the engine's, as far as colours can tell.
 *
 * @param {ArrayLike<number>} values
 * @param {number[]} sums the engine's
 */
export function agree(values, sums) {
  let largest = 0
  for (let i = 0; i < values.length; i += 1) largest = Math.max(largest, Math.abs(values[i]))
  const own = addSigned(values)
  return sums.every((sum, j) => Math.abs(sum - own[j]) <= TOLERANCE * largest)
}
