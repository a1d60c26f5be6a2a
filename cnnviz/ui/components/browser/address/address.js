// Puts the query of the present view into the address bar. Nothing to see. The history gets an entry for a step to
// another place of the account alone; going back to one is told to the account, and the page does not run again for it.
// Data in: [{query, written, moves, place}].
import { follow } from "../shared/followers.js"
import { isStep, placeOf } from "./entries.js"

// Milliseconds: a view that moves on is not written down. The call takes up to 25 ms, so it must not share a frame
// with the answer that it belongs to, and browsers refuse hundreds of calls a minute.
const REST = 300

const known = new WeakSet() // elements that have shown a query: a page that opens has its link at once
let wanted = null // the newest query that is not in the address bar yet
let newest = 0 // when the newest query was written, milliseconds since 1970
let moves = null // steps that have their entries; unknown until the first query
let page = null // whose path the queries belong to
let timer

function write() {
  clearTimeout(timer)
  if (wanted === null) return
  const { pathname, hash, search } = window.location
  if (search !== wanted) window.history.replaceState(window.history.state, "", pathname + wanted + hash)
  wanted = null
}

function writeSoon(query) {
  const next = query ? `?${query}` : ""
  if (next === (wanted ?? window.location.search)) return
  wanted = next
  clearTimeout(timer)
  timer = setTimeout(write, REST)
}

// A step: an entry of its own, at once.
function add(query) {
  clearTimeout(timer)
  wanted = null
  const { pathname } = window.location
  window.history.pushState({}, "", query ? `${pathname}?${query}` : pathname)
}

function receive({ query, written, moves: now, place }) {
  if (written < newest) return // an element that is shown again as an earlier run left it
  newest = written
  const step = moves !== null && isStep({ now, before: moves, place }, window.location.search)
  page = window.location.pathname
  moves = now
  if (step) add(query)
  else writeSoon(query)
}

// Streamlit would run the page for the entry's link, and its drawing is an older one. It listens as well, and later.
function go(event) {
  if (window.location.pathname !== page || window.location.hash) return
  clearTimeout(timer)
  wanted = null
  const detail = { place: placeOf(window.location.search) }
  const taken = !window.dispatchEvent(new CustomEvent("cnnviz:return", { detail, cancelable: true }))
  if (taken) event.stopImmediatePropagation()
}

// A link that is copied or reloaded right now is the present one.
window.addEventListener("pagehide", write)
document.addEventListener("visibilitychange", write)
window.addEventListener("popstate", go, true)

export default follow(({ data, parentElement }) => {
  const root = parentElement.querySelector(".address")
  receive(data[0])
  if (!known.has(root)) write()
  known.add(root)
  // Streamlit also calls this for a run that a newer one overtook, while the component is on the page.
  return () => setTimeout(() => root.isConnected || write())
})
