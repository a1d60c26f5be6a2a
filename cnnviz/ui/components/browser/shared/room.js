// What a high window has to spare, where all that belongs together is laid out for one of 900 px.

const USUAL = 900 // CSS pixels
const PER_TYPE = 50 // times the size of the page's type, which grows with the window and when it presents

/**
 * Return how many CSS pixels a window is higher than its content was laid out for.
 *
 * @param {number} height of the window
 * @param {number} type the size of the page's type
 */
export const spareHeight = (height, type) => Math.max(0, height - Math.max(USUAL, PER_TYPE * type))
