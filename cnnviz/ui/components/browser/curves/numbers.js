// Numbers as text, and places of marks on an axis.
import { PERCENT } from "../shared/format.js"

// A value for the legend: a share of one in percent, anything else with three digits.
export function value(number, isShare) {
  if (number === undefined || !Number.isFinite(number)) return "–"
  return isShare ? `${(number * 100).toFixed(2)}${PERCENT}` : short(number)
}

export function short(number) {
  const size = Math.abs(number)
  if (size !== 0 && (size < 0.001 || size >= 100000)) return number.toExponential(1)
  return String(Number(number.toPrecision(3)))
}

// Marks that are `step` apart, with as many digits as tell them from each other.
export function ticks(marks, step, isShare) {
  const [factor, unit] = isShare ? [100, PERCENT] : [1, ""]
  const digits = Math.max(0, Math.min(6, -Math.floor(Math.log10(step * factor) + 1e-9)))
  return marks.map((mark) => `${(mark * factor).toFixed(digits)}${unit}`)
}

// 1, 2 or 5 times a power of ten, at least `least`.
export function round(least) {
  const power = 10 ** Math.floor(Math.log10(least))
  return power * [1, 2, 5, 10].find((digit) => digit * power >= least * 0.999999)
}

// Multiples of `step` from `low` to `high`, both included.
export function multiples(step, low, high) {
  const first = Math.ceil(low / step - 1e-9)
  const count = Math.max(0, Math.floor(high / step + 1e-9) - first + 1)
  return Array.from({ length: count }, (_, i) => (first + i) * step)
}

// Marks on a logarithmic axis: powers of ten, with 2 and 5 between where there are few.
export function decades(low, high) {
  const digits = high / low > 2000 ? [1] : high / low > 3 ? [1, 2, 5] : [1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9]
  const marks = []
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power += 1) {
    for (const digit of digits) marks.push(Number((digit * 10 ** power).toPrecision(6)))
  }
  return marks.filter((mark) => mark >= low && mark <= high)
}
