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
   * @param {string} text
   */
  write(text) {
    const place = document.querySelector(this.selector)
    const node = /** @type {Text | null} */ (place && document.createTreeWalker(place, NodeFilter.SHOW_TEXT).nextNode())
    if (!node) return
    this.#forget(this.observer.takeRecords())
    if (!this.before.has(node)) this.before.set(node, node.data)
    if (node.data !== text) node.data = text
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
