// A frame that grows from the cell that was gone into to what is shown of it, so that the eye keeps hold of it.

const TIME = 420 // ms

/** @typedef {{ left: number, top: number, width: number, height: number }} Box */

/**
 * Return the frames of a flight, from one box to another in the window.
 *
 * @param {Box} from
 * @param {Box} to
 */
export function frames(from, to) {
  const place = ({ left, top, width, height }) => ({
    left: `${left}px`,
    top: `${top}px`,
    width: `${Math.max(2, width)}px`,
    height: `${Math.max(2, height)}px`,
  })
  return [
    { ...place(from), opacity: 1 },
    { ...place(to), opacity: 1, offset: 0.8 },
    { ...place(to), opacity: 0 },
  ]
}

/**
 * Let a frame fly over the page; nothing for those who want less motion.
 *
 * @param {Box} from
 * @param {Element} target
 * @param {string} colour
 */
export function fly(from, target, colour) {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches || !target.isConnected) return
  const made = document.createElement("div")
  made.dataset.role = "flight"
  made.setAttribute("aria-hidden", "true")
  Object.assign(made.style, {
    position: "fixed",
    zIndex: "99",
    pointerEvents: "none",
    border: `2px solid ${colour}`,
    borderRadius: "4px",
    background: `color-mix(in srgb, ${colour} 18%, transparent)`,
  })
  document.body.append(made)
  const flight = made.animate(frames(from, target.getBoundingClientRect()), { duration: TIME, easing: "ease-in-out" })
  flight.onfinish = flight.oncancel = () => made.remove()
}
