// Why a map is dark: ReLU made every value of it 0.

/**
 * Return the largest value before the activation of a map that is 0 everywhere; null for any other map, and where that
 * value is above 0 or not known exactly.
 *
 * @param {any} block what is pointed at
 * @param {any[]} blocks all blocks of the viewer
 * @param {number} map
 * @returns {number | null}
 */
export function largestBelow(block, blocks, map) {
  const before = blocks.find(({ name }) => name === "before")
  if (!before || block.name !== "after" || block.kind !== "maps" || !before.exact) return null
  if (before.values.length !== block.values.length) return null
  let largest = -Infinity
  for (let i = map; i < block.values.length; i += block.maps) {
    if (block.values[i] !== 0) return null
    if (before.values[i] > largest) largest = before.values[i]
  }
  return largest <= 0 ? largest : null
}
