// Values that one element brings for many viewers: by the channel's name, what was published last and who shows it.
// And what the ledger of the page has marked on them.

/**
 * @typedef {object} Viewer
 * @property {() => void} published is called when other values are there
 * @property {() => void} [marked] is called when other cells are marked
 * @property {() => void} [explained] is called when another place is explained
 */

/**
 * @typedef {object} Message what is published: values by the id of their block, and what goes with them
 * @property {[number, number] | null} network
 * @property {any} links
 * @property {string} note
 * @property {number} turn
 * @property {Record<string, string>} [texts] by the name of the layer; none while the pen is down
 * @property {boolean} [live] whether the browser has worked it out while the pen moves
 * @property {object | null} [reading] what the browser has read, where the values are its own, confirmed if not `live`
 * @property {Map<string, any>} blocks
 */

/** @typedef {{ block: string, maps: number[], rows: number[], columns: number[] }} Mark */

/** @typedef {{ block: string, map: number | null, row: number | null, column: number | null }} Place */

/**
 * @typedef {object} Channel
 * @property {Message | null} message
 * @property {unknown} publisher
 * @property {Set<Viewer>} viewers
 * @property {Mark[]} marks
 * @property {{ place: Place | null, turn: number }} explained and how often that changed
 */

/** @type {Map<string, Channel>} */
const channels = new Map()

/** @returns {Channel} */
const empty = () => ({
  message: null,
  publisher: null,
  viewers: new Set(),
  marks: [],
  explained: { place: null, turn: 0 },
})

/** @param {string} name */
function channel(name) {
  let found = channels.get(name)
  if (!found) channels.set(name, (found = empty()))
  return found
}

/**
 * Give values to all viewers. Where two elements publish, what has a lower turn than what is there came from an earlier
 * run, and is drawn again for another reason.
 *
 * @param {string} name
 * @param {unknown} publisher
 * @param {Message} message
 */
export function publish(name, publisher, message) {
  const made = channel(name)
  if (made.message?.turn > message.turn) return
  Object.assign(made, { publisher, message })
  for (const viewer of made.viewers) viewer.published()
}

/**
 * Take values away: those whose publisher left the page are not shown to viewers that come later.
 *
 * @param {string} name
 * @param {unknown} publisher
 */
export function withdraw(name, publisher) {
  const made = channel(name)
  if (made.publisher === publisher) Object.assign(made, { publisher: null, message: null })
}

/** @param {string} name */
export const published = (name) => channel(name).message

/**
 * Have the viewers frame cells of their blocks.
 *
 * @param {string} name
 * @param {Mark[]} marks
 */
export function mark(name, marks) {
  const made = channel(name)
  made.marks = marks
  for (const viewer of made.viewers) viewer.marked?.()
}

/**
 * Return what is marked on a block.
 *
 * @param {string} name no channel where it is empty
 * @param {string} id
 */
export const marked = (name, id) => (name ? channel(name).marks.filter(({ block }) => block === id) : [])

/**
 * Have the viewers bring what is explained into sight.
 *
 * @param {string} name
 * @param {Place | null} place
 */
export function explain(name, place) {
  const made = channel(name)
  made.explained = { place, turn: made.explained.turn + 1 }
  for (const viewer of made.viewers) viewer.explained?.()
}

/**
 * Return what is explained.
 *
 * @param {string} name
 */
export const explained = (name) => channel(name).explained

/**
 * @param {string} name
 * @param {Viewer} viewer
 */
export const subscribe = (name, viewer) => channel(name).viewers.add(viewer)

/**
 * @param {string} name
 * @param {Viewer} viewer
 */
export const unsubscribe = (name, viewer) => channel(name).viewers.delete(viewer)

let ahead = false

/** Note that the account that the next page opens with is to have the focus: it was asked for on this page. */
export function sendFocusAhead() {
  ahead = true
}

/** Return whether the focus was sent ahead, once. */
export function takeFocusAhead() {
  const sent = ahead
  ahead = false
  return sent
}
