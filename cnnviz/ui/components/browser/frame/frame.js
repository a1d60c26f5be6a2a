// What stands before the links of the navigation: in a narrow window a button that opens them. Data in: [{labels,
// running}]. That they are open stands on the document's root, where the style sheet of all pages reads it:
// data-menu="open".
// Streamlit draws the links, in what is made a landmark here. The one of the open page, which is the disabled one, is
// marked for those who hear it, and brought into sight. Streamlit's link past what stands before the content, which
// leads to navigation and rail, leads past them. Its menu would lie over the text of a phone's page that is scrolled:
// the root says data-scrolled="true".
import { component } from "../shared/component.js"
import { button, element, write } from "../shared/elements.js"
import { WholeName } from "./whole_name.js"

const NAVIGATION = ".st-key-navigation"
const SKIP = '[data-testid="stSkipToContent"]'
const MAIN = '[data-testid="stMain"]'
const RAIL = '[data-testid="stLayoutWrapper"]:has(> .st-key-subject)'
const { dataset } = document.documentElement

/**
 * Return what the first part of the page that is seen behind the rail begins with: its heading, or the part itself. Where
 * there is no rail, the title.
 *
 * @returns {HTMLElement}
 */
function findContent() {
  const main = document.querySelector(MAIN)
  let part = /** @type {HTMLElement | null} */ (main.querySelector(RAIL)?.nextElementSibling)
  while (part && !(part.offsetHeight && part.checkVisibility()))
    part = /** @type {HTMLElement} */ (part.nextElementSibling)
  /** @type {HTMLElement | null} */
  const heading = (part ?? main).querySelector("h2, h3")
  if (!part || !heading) return part ?? heading
  return heading.getBoundingClientRect().top - part.getBoundingClientRect().top < 16 ? heading : part
}

/** @param {HTMLElement} place gets the focus, and lies below what stays at the top of the window */
function reach(place) {
  const takes = place.tabIndex >= 0
  if (!takes) place.tabIndex = -1
  place.onblur = () => takes || place.removeAttribute("tabindex")
  place.focus({ preventScroll: true })
  place.scrollIntoView({ block: "start" })
}

class Frame {
  constructor(root) {
    this.root = root
    root.replaceChildren()
    this.menu = button("menu", root, "", () => this.turn())
    this.name = element("span", "name", this.menu)
    this.dot = element("span", "dot", this.menu)
    this.escape = (event) => {
      if (event.key === "Escape" && this.open) this.close()
    }
    this.skip = (event) => {
      if (!event.target.closest?.(SKIP)) return
      event.preventDefault()
      event.stopPropagation()
      reach(findContent())
    }
    this.scrolled = ({ target }) => {
      if (target?.matches?.(MAIN)) dataset.scrolled = String(target.scrollTop > 8) // CSS pixels
    }
    document.addEventListener("keydown", this.escape)
    document.addEventListener("scroll", this.scrolled, true)
    document.addEventListener("click", this.skip, true) // before Streamlit's own listener
    this.observer = new MutationObserver(() => this.mark())
    this.observer.observe(document.body, { subtree: true, childList: true, attributeFilter: ["disabled"] })
    this.wholeName = new WholeName()
    this.close()
    this.mark()
    this.scrolled({ target: document.querySelector(MAIN) })
  }

  receive({ labels, running }) {
    write(this.name, labels.menu)
    this.menu.setAttribute("aria-label", running ? labels.running : labels.menu)
    this.labels = labels
    this.dot.hidden = !running
    this.mark()
  }

  get open() {
    return dataset.menu === "open"
  }

  turn() {
    if (this.open) return this.close()
    dataset.menu = "open"
    this.menu.setAttribute("aria-expanded", "true")
  }

  // What is hidden by that gives the focus to the button.
  close() {
    const inside = document.activeElement?.closest(`${NAVIGATION} a`)
    delete dataset.menu
    this.menu.setAttribute("aria-expanded", "false")
    if (inside && !inside.checkVisibility()) this.menu.focus()
  }

  mark() {
    const line = document.querySelector(NAVIGATION)
    if (line && !line.role && this.labels) Object.assign(line, { role: "navigation", ariaLabel: this.labels.menu })
    for (const link of document.querySelectorAll(`${NAVIGATION} a`)) {
      const here = link.hasAttribute("disabled")
      if (here === (link.getAttribute("aria-current") === "page")) continue
      if (!here) link.removeAttribute("aria-current")
      else {
        link.setAttribute("aria-current", "page")
        this.close() // another page begins with its own content
        this.reveal(link)
      }
    }
  }

  // Along the navigation alone: the page must not scroll.
  reveal(link) {
    const line = link.closest(NAVIGATION)
    const [{ left, right }, room] = [link.getBoundingClientRect(), line.getBoundingClientRect()]
    if (right > room.right) line.scrollLeft += right - room.right + 16
    else if (left < room.left) line.scrollLeft -= room.left - left + 16
  }

  dispose() {
    this.observer.disconnect()
    this.wholeName.dispose()
    document.removeEventListener("keydown", this.escape)
    document.removeEventListener("scroll", this.scrolled, true)
    document.removeEventListener("click", this.skip, true)
  }
}

export default component("frame", Frame, (frame, { data }) => frame.receive(data[0]))
