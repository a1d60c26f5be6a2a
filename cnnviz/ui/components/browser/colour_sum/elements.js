// Small makers of elements, and sentences with numbers in them.

export function element(tag, className, parent, text) {
  const made = document.createElement(tag)
  if (className) made.className = className
  if (text !== undefined) made.textContent = text
  parent?.append(made)
  return made
}

export const fill = (template, fields) => template.replace(/\{(\w+)\}/g, (whole, name) => fields[name] ?? whole)

export function write(made, text) {
  if (made.textContent !== text) made.textContent = text
}
