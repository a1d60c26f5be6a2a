// Numbers as text.

const NONE = "–" // a cell without a value

// The shortest decimal that is this float32 again when read, by NumPy or anyone.
export function exact(value) {
  if (Number.isNaN(value)) return NONE
  for (let digits = 1; digits < 9; digits += 1) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === value) return String(short)
  }
  return String(Number(value.toPrecision(9)))
}

/**
 * Return the numbers that a reader is told: all digits where they are known and wanted, else about three.
 *
 * @param {number[]} values
 * @param {{ known: boolean, wanted: boolean }} digits
 */
export const told = (values, { known, wanted }) => values.map(known && wanted ? exact : short).join(", ")

// About three digits, for scales and cells.
export function short(value) {
  if (Number.isNaN(value)) return NONE
  const size = Math.abs(value)
  if (size === 0 || (size >= 0.01 && size < 10000)) return String(Number(value.toPrecision(3)))
  return value.toExponential(1)
}
