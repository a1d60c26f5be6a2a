// Keeps a short text in this tab, so that it is there after a reload. Nothing to see.
// Data in: [{name, value}]. State out: `value`, what the tab keeps, where none was to be kept.
import { attempt } from "../shared/storage.js"

const PREFIX = "cnnviz-"

export default function ({ data, setStateValue }) {
  const { name, value } = data[0]
  if (value) attempt(() => sessionStorage.setItem(PREFIX + name, value))
  else {
    const kept = attempt(() => sessionStorage.getItem(PREFIX + name))
    if (kept) setStateValue("value", kept)
  }
}
