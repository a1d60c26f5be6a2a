// When viewers paint: right after the frame that shows what came with their values, so that thousands of pixels do not
// hold up the answer. Viewers on the screen come first, the others in the task after.

const MAX_WAIT = 100 // ms to wait for a frame; a page in the background has none
const waiting = new Set()
let timer
let frame

const afterFrame = new MessageChannel()
afterFrame.port1.onmessage = () => flush()

// Whatever comes until then is painted once, the newest.
export function paintSoon(viewer) {
  waiting.add(viewer)
  if (timer) return
  timer = setTimeout(flush, MAX_WAIT)
  frame = requestAnimationFrame(() => afterFrame.port2.postMessage(0))
}

export const isWaiting = (viewer) => waiting.has(viewer)

function flush() {
  if (!timer) return // the frame and the timeout both came
  clearTimeout(timer)
  cancelAnimationFrame(frame)
  timer = undefined
  const [first, others] = split([...waiting])
  work(first)
  if (others.length) setTimeout(work, 0, others)
}

function split(viewers) {
  const seen = viewers.filter((viewer) => viewer.seen)
  return seen.length ? [seen, viewers.filter((viewer) => !viewer.seen)] : [viewers, []]
}

function work(viewers) {
  const due = viewers.filter((viewer) => waiting.delete(viewer) && viewer.root.isConnected)
  for (const viewer of due) viewer.look()
  for (const viewer of due) {
    try {
      viewer.refresh()
    } catch (error) {
      reportError(error) // one viewer's trouble is not the others'
    }
  }
}
