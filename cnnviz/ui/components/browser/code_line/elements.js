// Small makers of elements.

export function element(tag, className, parent, text) {
  const made = document.createElement(tag)
  if (className) made.className = className
  if (text) made.textContent = text
  parent?.append(made)
  return made
}

// The element of an SVG text. It is read as XML: nothing in it can be a script's or a page's.
export function drawing(text) {
  const read = new DOMParser().parseFromString(text, "image/svg+xml").documentElement
  return document.importNode(read, true)
}
