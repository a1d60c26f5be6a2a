// What a browser keeps for a page. One that keeps nothing, as some do in private windows, throws.

/**
 * Return what `act` returns, or an empty text where the browser keeps nothing.
 *
 * @param {() => string | null | void} act
 * @returns {string}
 */
export function attempt(act) {
  try {
    return act() || ""
  } catch {
    return ""
  }
}
