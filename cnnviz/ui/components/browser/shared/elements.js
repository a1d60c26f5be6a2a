// Make elements and change them. What stays the same is left alone, so that nothing is laid out again.

/**
 * Make an element.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} [className] none where it is empty
 * @param {Element | null} [parent] gets it as its last child
 * @param {string} [text]
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, className, parent, text) {
  const made = document.createElement(tag)
  if (className) made.className = className
  if (text !== undefined) made.textContent = text
  parent?.append(made)
  return made
}

/**
 * Make a button with a text.
 *
 * @param {string} className
 * @param {Element} parent
 * @param {string} text
 * @param {(event: MouseEvent) => void} [onclick]
 */
export function button(className, parent, text, onclick) {
  const made = element("button", className, parent, text)
  made.type = "button"
  if (onclick) made.onclick = onclick
  return made
}

/**
 * Make an input for a few characters that are not words: nothing is completed or corrected.
 *
 * @param {Element} parent
 * @param {number} maxLength characters
 */
export function textInput(parent, maxLength) {
  const input = element("input", "", parent)
  return Object.assign(input, { type: "text", inputMode: "text", autocomplete: "off", maxLength, spellcheck: false })
}

/**
 * Return the element of an SVG text. It is read as XML: nothing in it can be a script's or a page's.
 *
 * @param {string} text
 */
export function drawing(text) {
  const read = new DOMParser().parseFromString(text, "image/svg+xml").documentElement
  return document.importNode(read, true)
}

/**
 * Give a node this text.
 *
 * @param {Node} made
 * @param {string} text
 */
export function write(made, text) {
  if (made.textContent !== text) made.textContent = text
}

/**
 * Name an element for those who point at it and for those who hear it.
 *
 * @param {HTMLElement} made
 * @param {string} name
 */
export function call(made, name) {
  if (made.title === name) return
  made.title = name
  made.setAttribute("aria-label", name)
}

/**
 * Count on an element how often it was painted; tests read the number.
 *
 * @param {HTMLElement} made
 */
export function countPaint(made) {
  made.dataset.painted = String(Number(made.dataset.painted ?? 0) + 1)
}

/**
 * Return what has the focus in the shadow root of an element.
 *
 * @param {HTMLElement} made
 */
export const focused = (made) => /** @type {ShadowRoot} */ (made.getRootNode()).activeElement
