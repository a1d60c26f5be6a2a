// Numbers that add up as they are shown.

const add = (numbers) => numbers.reduce((sum, number) => sum + number, 0)

/**
 * Round numbers so that they add up to their rounded sum: each goes to one of its two neighbours, and those with the
 * largest remainders go up.
 *
 * @param {number[]} parts
 * @param {number} decimals
 * @param {number} [total] what they are to add up to, where it was rounded before; then a number may go one further
 * @returns {{ parts: number[], total: number }} whole numbers of the last decimal
 */
export function roundToSum(parts, decimals, total) {
  const exact = parts.map((part) => part * 10 ** decimals)
  const sum = (total ?? Math.round(add(exact))) + 0 // never -0
  const missing = sum - add(exact.map(Math.floor))
  const each = Math.floor(missing / parts.length)
  const rounded = exact.map((part) => Math.floor(part) + each)
  const remainders = exact.map((part, place) => [part - Math.floor(part), place])
  remainders.sort(([one], [other]) => other - one)
  for (const [, place] of remainders.slice(0, missing - each * parts.length)) rounded[place] += 1
  return { parts: rounded, total: sum }
}

/**
 * Write a whole number of the last decimal with all its decimals.
 *
 * @param {number} units
 * @param {number} decimals
 */
export function spell(units, decimals) {
  const digits = (Math.abs(units) / 10 ** decimals).toFixed(decimals)
  return units < 0 ? `−${digits}` : digits
}

/**
 * Write an addition, such as 0.50 − 0.25 (bias).
 *
 * @param {{ units: number, words: (value: string) => string }[]} terms how each is written once it is a number
 * @param {number} decimals
 */
export function addition(terms, decimals) {
  return terms
    .map(({ units, words }, place) => {
      if (!place) return words(spell(units, decimals))
      return `${units < 0 ? "−" : "+"} ${words(spell(Math.abs(units), decimals))}`
    })
    .join(" ")
}
