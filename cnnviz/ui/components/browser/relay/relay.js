// Brings what an answer changes to the elements that are on the page. Data in: bytes, a header {whole, items: [{key,
// data} or {key, length}], texts}, see shared/decode.js, and what the items with a length are given. Trigger out, "wanted": true where
// values that were left out are needed. Nothing to see.
import { decode } from "../shared/decode.js"
import { bring, forget, hear } from "../shared/followers.js"

export default function ({ data, setTriggerValue }) {
  const { header, buffer, start } = decode(data)
  if (header.whole) forget()
  else hear(() => setTriggerValue("wanted", true))
  let at = start
  for (const { key, data: given, length } of header.items) {
    attempt(() => bring(key, given ?? new Uint8Array(buffer, at, length)))
    at += length ?? 0
  }
  for (const [key, text] of Object.entries(header.texts)) write(key, text)
}

// Streamlit's own text. It is written even where it stands there already: what the browser has said meanwhile is over.
function write(key, text) {
  const place = document.querySelector(`.st-key-${key} p`)
  const node = place && document.createTreeWalker(place, NodeFilter.SHOW_TEXT).nextNode()
  if (node) /** @type {Text} */ (node).data = text
}

// One element's trouble is not the others'.
function attempt(act) {
  try {
    act()
  } catch (error) {
    reportError(error)
  }
}
