// Holds back files that are too long or of another kind before Streamlit's uploader sees them. Nothing to see.
// Data in: [{bytes, endings}]. Trigger out: `refused`, {bytes, ending} of the first such file.
import { firstRefused } from "./files.js"

const UPLOADER = '[data-testid="stFileUploader"]'

/** @type {{ bytes: number, endings: string[] }} */
let limits = { bytes: Infinity, endings: [] }
/** @type {(what: { bytes: number, ending: string }) => void} */
let tell = () => {}

/**
 * Stop an event that brings a file which is not to be sent; return whether it was stopped.
 *
 * @param {Event} event
 * @param {FileList | null | undefined} files
 */
function stop(event, files) {
  const refused = firstRefused(files ?? [], limits)
  if (!refused) return false
  event.preventDefault()
  event.stopImmediatePropagation()
  tell(refused)
  return true
}

/** @param {EventTarget | null} target */
const isInUploader = (target) => target instanceof Element && target.closest(UPLOADER) !== null

// Streamlit listens further inside of the document, so these come first.
document.addEventListener(
  "change",
  (event) => {
    const { target } = event
    if (!(target instanceof HTMLInputElement) || target.type !== "file" || !isInUploader(target)) return
    if (stop(event, target.files)) target.value = "" // so that the same file can be chosen once more
  },
  true,
)
document.addEventListener(
  "drop",
  (event) => {
    const { target, dataTransfer } = event
    if (!isInUploader(target) || !stop(event, dataTransfer?.files)) return
    // Without the drop the uploader believes that a file still hangs over it.
    target.dispatchEvent(new DragEvent("dragleave", { bubbles: true }))
  },
  true,
)

export default function ({ data, setTriggerValue }) {
  limits = data[0]
  tell = (what) => setTriggerValue("refused", what)
}
