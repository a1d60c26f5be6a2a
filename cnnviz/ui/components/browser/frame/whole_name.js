// What is chosen in a list, in full where the closed list cuts it, as it does long names of networks and layers: shown
// while one points at it, or has the focus there. Those who hear the page are told it anyway, and the open list shows it.
import { element, write } from "../shared/elements.js"
import { place } from "../terms/place.js"

const PICKER = '[data-testid="stSelectbox"] input'
const OPENING = ["pointerover", "focusin"]
const CLOSING = ["pointerout", "focusout", "keydown", "input", "click"]

/**
 * Return the part of a list's text that is a name, without a network's accuracies behind the tab.
 *
 * @param {string} text
 */
export function readName(text) {
  return text.split("\t")[0]
}

/** @param {HTMLInputElement} input */
function isCut(input) {
  const { font, letterSpacing, paddingLeft, paddingRight } = getComputedStyle(input)
  const pen = document.createElement("canvas").getContext("2d")
  Object.assign(pen, { font, letterSpacing })
  const room = input.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight)
  return pen.measureText(readName(input.value)).width > room
}

export class WholeName {
  constructor() {
    this.popover = element("div", "term-popover whole-name")
    this.popover.popover = "manual"
    this.popover.setAttribute("aria-hidden", "true") // it is the value of what has the focus
    this.show = (event) => {
      const input = event.target instanceof Element ? event.target.closest(PICKER) : null
      if (input instanceof HTMLInputElement && isCut(input)) this.open(input)
    }
    this.hide = () => this.close()
    for (const name of OPENING) document.addEventListener(name, this.show)
    for (const name of CLOSING) document.addEventListener(name, this.hide)
  }

  open(input) {
    if (input.getAttribute("aria-expanded") === "true") return // the list shows it
    write(this.popover, readName(input.value))
    input.closest('[data-testid="stElementContainer"]').append(this.popover)
    this.popover.showPopover()
    const view = { width: innerWidth, height: innerHeight }
    const { left, top } = place(input.getBoundingClientRect(), this.popover.getBoundingClientRect(), view)
    Object.assign(this.popover.style, { left: `${left}px`, top: `${top}px` })
  }

  close() {
    if (this.popover.isConnected && this.popover.matches(":popover-open")) this.popover.hidePopover()
  }

  dispose() {
    this.close()
    for (const name of OPENING) document.removeEventListener(name, this.show)
    for (const name of CLOSING) document.removeEventListener(name, this.hide)
    this.popover.remove()
  }
}
