// What the browser works out by itself while the pen moves, and who shows it. What Python sends stands again as soon as
// it comes once the pen is up.

/** @typedef {import("../inference/reader.js").Answer} Answer */

/**
 * @typedef {object} Viewer
 * @property {Element} root
 * @property {(answer: Answer) => void} showLive shows what the browser has worked out
 * @property {() => void} restore shows what Python sent last, where it still shows anything else
 * @property {() => void} [answered] is called when Python's answer has come
 */

/** @type {Set<Viewer>} */
const viewers = new Set()

/** @type {Answer | null} */
let current = null

/** @type {Answer | null} */
let last = null

/**
 * Have a viewer follow the pen, until it leaves the page.
 *
 * @param {Viewer} viewer
 */
export const subscribe = (viewer) => viewers.add(viewer)

/** Return the answer to what is being drawn; null while the pen is up, or where only Python answers. */
export const newest = () => current

/**
 * Give an answer to all viewers.
 *
 * @param {Answer} answer
 */
export function show(answer) {
  current = answer
  each((viewer) => viewer.showLive(answer))
}

/** The pen is up: what Python sends from now on stands, or what the browser has read itself if Python confirms it. */
export function lift() {
  last = current
  current = null
}

/** Return the answer to what was drawn when the pen was lifted last; null where only Python has answered. */
export const lifted = () => last

/** Python's answer has come. */
export function answered() {
  if (!current) each((viewer) => viewer.answered?.())
}

/** Have viewers that Python told nothing new show again what it told them before. */
export function restore() {
  each((viewer) => viewer.restore())
}

function each(act) {
  for (const viewer of [...viewers]) {
    if (!viewer.root.isConnected) viewers.delete(viewer)
    else attempt(() => act(viewer))
  }
}

// One viewer's trouble is not the others'.
function attempt(act) {
  try {
    act()
  } catch (error) {
    reportError(error)
  }
}
