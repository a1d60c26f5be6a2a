// Text of the page that is Streamlit's, written over while the pen moves. Streamlit changes only what is another text
// than before for Python, so what it has not written since gets its old text back.

export class PageText {
  /** @param {string} selector of the element that holds the text */
  constructor(selector) {
    this.selector = selector
    /** @type {Map<Text, string>} what stood there before */
    this.before = new Map()
    this.observer = new MutationObserver((records) => this.#forget(records))
  }

  /**
   * Write a text over what stands there.
   *
   * @param {string[]} pieces one for each piece of text, where links make them several
   */
  write(pieces) {
    const place = document.querySelector(this.selector)
    if (!place) return
    this.#forget(this.observer.takeRecords())
    const nodes = textsIn(place)
    const texts = nodes.length === pieces.length ? pieces : nodes.map((_, i) => (i ? "" : pieces.join("")))
    nodes.forEach((node, i) => {
      if (!this.before.has(node)) this.before.set(node, node.data)
      if (node.data !== texts[i]) node.data = texts[i]
    })
    this.observer.observe(place, { subtree: true, characterData: true })
    this.observer.takeRecords() // of what was written here
  }

  restore() {
    this.#forget(this.observer.takeRecords())
    for (const [node, text] of this.before) node.data = text
    this.before.clear()
    this.observer.disconnect()
  }

  #forget(records) {
    for (const { target } of records) this.before.delete(target)
  }
}

/** @returns {Text[]} */
function textsIn(place) {
  const walker = document.createTreeWalker(place, NodeFilter.SHOW_TEXT)
  const found = []
  while (walker.nextNode()) found.push(/** @type {Text} */ (walker.currentNode))
  return found
}
