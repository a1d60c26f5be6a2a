// Keeps a short text in this tab, so that it is there after a reload. Nothing to see.
// Data in: [{name, value}]. State out: `value`, what the tab keeps, where none was to be kept.

const PREFIX = "cnnviz-"

// A browser that keeps nothing for a page, as some do in private windows, throws.
function attempt(/** @type {() => string | null | void} */ act) {
  try {
    return act() ?? ""
  } catch {
    return ""
  }
}

export default function ({ data, setStateValue }) {
  const { name, value } = data[0]
  if (value) attempt(() => sessionStorage.setItem(PREFIX + name, value))
  else {
    const kept = attempt(() => sessionStorage.getItem(PREFIX + name))
    if (kept) setStateValue("value", kept)
  }
}
