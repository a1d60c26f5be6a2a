// Puts the query of the present view into the address bar without a new entry in the history. Nothing to see.
// Data in: [{query}].

// Milliseconds: a view that moves on is not written down. The call takes up to 25 ms, so it must not share a frame
// with the answer that it belongs to, and browsers refuse hundreds of calls a minute.
const REST = 300

const known = new WeakSet() // elements that have shown a query: a page that opens has its link at once
let wanted = null // the newest query that is not in the address bar yet
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

// A link that is copied or reloaded right now is the present one.
window.addEventListener("pagehide", write)
document.addEventListener("visibilitychange", write)

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".address")
  writeSoon(data[0].query)
  if (!known.has(root)) write()
  known.add(root)
  // Streamlit also calls this for a run that a newer one overtook, while the component is on the page.
  return () => setTimeout(() => root.isConnected || write())
}
