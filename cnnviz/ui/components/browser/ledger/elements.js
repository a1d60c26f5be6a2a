// Small makers of elements, and sentences with numbers in them.

export function element(tag, className, parent, text) {
  const made = document.createElement(tag)
  if (className) made.className = className
  if (text !== undefined) made.textContent = text
  parent?.append(made)
  return made
}

export const fill = (template, fields) => template.replace(/\{(\w+)\}/g, (whole, name) => fields[name] ?? whole)

export function button(className, parent, text, onclick) {
  const made = element("button", className, parent, text)
  made.type = "button"
  made.onclick = onclick
  return made
}
