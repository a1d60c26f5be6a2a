// Texts with links to terms.
import assert from "node:assert/strict"
import { test } from "node:test"
import { pieces } from "../../../../../cnnviz/ui/components/browser/shared/terms.js"

test("a text without terms is one piece, an empty one none", () => {
  assert.deepEqual(pieces("no [term] (here)"), [{ text: "no [term] (here)" }])
  assert.deepEqual(pieces(""), [])
})

test("links stand where the text has them", () => {
  assert.deepEqual(pieces('All [maps](#term-feature-map "Feature map A grid.") of a [filter](#term-filter "Filter")'), [
    { text: "All " },
    { text: "maps", href: "#term-feature-map", title: "Feature map A grid." },
    { text: " of a " },
    { text: "filter", href: "#term-filter", title: "Filter" },
  ])
})

test("quotes and backslashes of a title come back", () => {
  assert.equal(pieces('[x](#term-x "a \\"b\\" \\\\ c")')[0].title, 'a "b" \\ c')
})

test("links to anywhere else stay text", () => {
  assert.deepEqual(pieces('[x](https://example.org "y")'), [{ text: '[x](https://example.org "y")' }])
})

test("what is escaped in a name is shown as it is", () => {
  assert.deepEqual(pieces('T\\-shirt \\[x\\]\\(#term\\-x "y"\\)'), [{ text: 'T-shirt [x](#term-x "y")' }])
})
