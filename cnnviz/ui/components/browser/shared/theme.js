// Which theme the page has, from what can be read of it.

/**
 * Return red, green and blue in [0, 255] of a colour written as #rrggbb.
 *
 * @param {string} hex
 */
export const channelsOf = (hex) => [1, 3, 5].map((place) => parseInt(hex.trim().slice(place, place + 2), 16))

/**
 * Return whether a colour is light: light text stands on a dark page.
 *
 * @param {string} colour as `getComputedStyle` gives it
 */
export function isLight(colour) {
  const [red, green, blue] = colour.match(/[\d.]+/g).map(Number)
  return 0.3 * red + 0.6 * green + 0.1 * blue > 128
}
