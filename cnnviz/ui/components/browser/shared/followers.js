// What follows what is drawn: Python draws it once, and afterwards brings only what is in it. Here stand who follows,
// and what is there for those that have not come yet.

/** @typedef {import("./component.js").Mounted} Mounted */

/**
 * @typedef {object} Follower
 * @property {(mounted: any) => unknown} run what Streamlit calls
 * @property {any} mounted what it was called with last
 * @property {any} data what it was given last, by Streamlit or since
 */

/** @type {Map<string, Follower>} by the key of the element */
const followers = new Map()

/** @type {Map<string, any>} what came for elements that are not there yet */
const waiting = new Map()

/**
 * Return what a component's module exports, for a component that may follow.
 *
 * @template {Mounted} M
 * @param {(mounted: M) => unknown} run
 */
export const follow = (run) => (/** @type {M} */ mounted) => {
  const key = keyOf(mounted.parentElement)
  if (!key) return run(mounted)
  const before = followers.get(key)
  // Streamlit calls for other reasons too, such as another theme: then with what it had called with before.
  const again = before?.mounted.parentElement === mounted.parentElement && before.mounted.data === mounted.data
  const data = waiting.has(key) ? waiting.get(key) : again ? before.data : mounted.data
  waiting.delete(key)
  followers.set(key, { run, mounted, data })
  return run({ ...mounted, data })
}

/**
 * Give an element what is new in it.
 *
 * @param {string} key
 * @param {any} data
 */
export function bring(key, data) {
  const follower = followers.get(key)
  if (!follower || !isThere(follower.mounted.parentElement)) {
    followers.delete(key)
    waiting.set(key, data)
    return
  }
  follower.data = data
  follower.run({ ...follower.mounted, data })
}

/** @type {(() => void) | null} asks Python; null where it is asked already, or nothing was brought yet */
let ask = null

/**
 * Take note of how to ask Python for what it has not brought.
 *
 * @param {() => void} send
 */
export function hear(send) {
  ask = send
}

/** Ask Python for all values of the present answer, once. */
export function want() {
  const send = ask
  ask = null
  send?.()
}

/** Forget what is there for elements that have not come: Python has drawn the page anew. */
export const forget = () => waiting.clear()

const hostOf = (place) => place?.host ?? place
const isThere = (place) => Boolean(hostOf(place)?.isConnected)

/** The key that Python gave an element, which Streamlit makes a class of its container. */
function keyOf(place) {
  const container = hostOf(place)?.closest?.('[class*="st-key-"]')
  const name = [...(container?.classList ?? [])].find((each) => each.startsWith("st-key-"))
  return name?.slice("st-key-".length) ?? ""
}
