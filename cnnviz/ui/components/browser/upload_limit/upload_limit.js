// Holds back files that are too long or of another kind before Streamlit's uploader sees them. Nothing to see.
// Data in: [{bytes, endings, within}], the last the key of a container or "". Trigger out: `refused`, {bytes, ending} of
// the first such file.
import { firstRefused } from "./files.js"

const UPLOADER = '[data-testid="stFileUploader"]'

/** @typedef {{ bytes: number, endings: string[], tell: (what: { bytes: number, ending: string }) => void }} Limit */

/** Limits by the container that they are for. @type {Map<string, Limit>} */
const limits = new Map()

/**
 * Return the limit of the uploader in which an event happened, if it is in one.
 *
 * @param {EventTarget | null} target
 */
function findLimit(target) {
  if (!(target instanceof Element) || target.closest(UPLOADER) === null) return undefined
  for (const [within, limit] of limits) if (within && target.closest(`.st-key-${within}`)) return limit
  return limits.get("")
}

/**
 * Stop an event that brings a file which is not to be sent; return whether it was stopped.
 *
 * @param {Event} event
 * @param {FileList | null | undefined} files
 */
function stop(event, files) {
  const limit = findLimit(event.target)
  const refused = limit && firstRefused(files ?? [], limit)
  if (!limit || !refused) return false
  event.preventDefault()
  event.stopImmediatePropagation()
  limit.tell(refused)
  return true
}

// Streamlit listens further inside of the document, so these come first.
document.addEventListener(
  "change",
  (event) => {
    const { target } = event
    if (!(target instanceof HTMLInputElement) || target.type !== "file") return
    if (stop(event, target.files)) target.value = "" // so that the same file can be chosen once more
  },
  true,
)
document.addEventListener(
  "drop",
  (event) => {
    if (!event.target || !stop(event, event.dataTransfer?.files)) return
    // Without the drop the uploader believes that a file still hangs over it.
    event.target.dispatchEvent(new DragEvent("dragleave", { bubbles: true }))
  },
  true,
)

export default function ({ data, setTriggerValue }) {
  const { bytes, endings, within } = data[0]
  limits.set(within, { bytes, endings, tell: (what) => setTriggerValue("refused", what) })
}
