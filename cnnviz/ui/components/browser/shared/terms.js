// Terms of the glossary in a text from Python: links of Markdown, `[maps](#term-feature-map "Feature map …")`. A name
// that a visitor has given comes as Markdown as well, with a backslash before what would be marks.
import { element } from "./elements.js"

const ESCAPED = /\\([!-/:-@[-`{-~])/g
const LINK = /\[([^\]]+)\]\((#term-[a-z0-9-]+) "((?:[^"\\]|\\.)*)"\)/g

/**
 * Return the pieces of a text: plain ones, and links with their explanations.
 *
 * @param {string} text
 * @returns {{text: string, href?: string, title?: string}[]}
 */
export function pieces(text) {
  const found = []
  let end = 0
  for (const { index, 0: whole, 1: words, 2: href, 3: title } of text.matchAll(LINK)) {
    if (index > end) found.push({ text: text.slice(end, index).replace(ESCAPED, "$1") })
    found.push({ text: words, href, title: title.replace(/\\(.)/g, "$1") })
    end = index + whole.length
  }
  if (end < text.length) found.push({ text: text.slice(end).replace(ESCAPED, "$1") })
  return found
}

/**
 * Append a text with its links; the component `terms` makes popovers of their titles.
 *
 * @param {Element} parent
 * @param {string} text
 */
export function appendTerms(parent, text) {
  for (const { text: words, href, title } of pieces(text)) {
    if (href) Object.assign(element("a", "", parent, words), { href, title })
    else parent.append(words)
  }
}
