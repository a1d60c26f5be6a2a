// Marks the link of the open page, for those who hear it, and brings it into sight in a narrow window. Nothing to see.
// Streamlit draws the links; the one of the open page is the disabled one.
import { component } from "../shared/component.js"

const LINKS = ".st-key-navigation a"

class Frame {
  constructor(root) {
    this.root = root
    this.observer = new MutationObserver(() => this.mark())
    this.observer.observe(document.body, { subtree: true, childList: true, attributeFilter: ["disabled"] })
    this.mark()
  }

  mark() {
    for (const link of document.querySelectorAll(LINKS)) {
      const here = link.hasAttribute("disabled")
      if (here === (link.getAttribute("aria-current") === "page")) continue
      if (!here) link.removeAttribute("aria-current")
      else {
        link.setAttribute("aria-current", "page")
        this.reveal(link)
      }
    }
  }

  // Along the navigation alone: the page must not scroll.
  reveal(link) {
    const line = link.closest(".st-key-navigation")
    const [{ left, right }, room] = [link.getBoundingClientRect(), line.getBoundingClientRect()]
    if (right > room.right) line.scrollLeft += right - room.right + 16
    else if (left < room.left) line.scrollLeft -= room.left - left + 16
  }

  dispose() {
    this.observer.disconnect()
  }
}

export default component("frame", Frame, (frame) => frame.mark())
