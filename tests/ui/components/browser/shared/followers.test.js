// What follows the drawing gets what is brought to it, in whatever order it comes.
import assert from "node:assert/strict"
import { test } from "node:test"
import { bring, follow, forget, hear, want } from "../../../../../cnnviz/ui/components/browser/shared/followers.js"

/** An element of Streamlit's that was given a key, and what it shows. */
function element(key) {
  const shown = []
  const container = { classList: ["stElementContainer", `st-key-${key}`] }
  const host = { isConnected: true, closest: () => (key ? container : null) }
  const run = follow((/** @type {any} */ { data, send }) => shown.push([data, send]))
  const parentElement = /** @type {any} */ ({ host })
  const draw = (data, send = "send") => run(/** @type {any} */ ({ data, parentElement, send }))
  return { host, shown, draw, last: () => shown.at(-1)[0] }
}

test("what is brought takes the place of what was drawn, and can send as before", () => {
  const one = element("one")
  one.draw(["drawn"])
  bring("one", ["brought"])
  assert.deepEqual(one.shown, [
    [["drawn"], "send"],
    [["brought"], "send"],
  ])
})

test("only what has the key gets it", () => {
  const [one, two, none] = [element("one"), element("two"), element("")]
  for (const each of [one, two, none]) each.draw(["drawn"])
  bring("two", ["brought"])
  assert.deepEqual(
    [one, two, none].map((each) => each.last()),
    [["drawn"], ["brought"], ["drawn"]],
  )
})

test("a call for another reason, such as another theme, shows what was brought last", () => {
  const one = element("one")
  const drawn = ["drawn"]
  one.draw(drawn)
  bring("one", ["brought"])
  one.draw(drawn, "new send")
  assert.deepEqual(one.shown.at(-1), [["brought"], "new send"])
})

test("a page that is drawn anew shows what it was drawn with", () => {
  const one = element("one")
  one.draw(["drawn"])
  bring("one", ["brought"])
  one.draw(["drawn"])
  assert.deepEqual(one.last(), ["drawn"])
})

test("what comes before its element waits for it", () => {
  const one = element("late")
  bring("late", ["brought"])
  one.draw(["drawn"])
  assert.deepEqual(one.last(), ["brought"])
  one.draw(["drawn anew"])
  assert.deepEqual(one.last(), ["drawn anew"], "once")
})

test("what waits is forgotten when the page is drawn anew", () => {
  const one = element("later")
  bring("later", ["brought"])
  forget()
  one.draw(["drawn"])
  assert.deepEqual(one.last(), ["drawn"])
})

test("an element that has left the page gets nothing", () => {
  const [one, again] = [element("gone"), element("gone")]
  one.draw(["drawn"])
  one.host.isConnected = false
  bring("gone", ["brought"])
  assert.deepEqual(one.last(), ["drawn"])
  again.draw(["drawn"])
  assert.deepEqual(again.last(), ["brought"])
})

test("Python is asked once for an answer's values, and again for the next one's", () => {
  let asked = 0
  want()
  hear(() => (asked += 1))
  want()
  want()
  assert.equal(asked, 1)
  hear(() => (asked += 1))
  want()
  assert.equal(asked, 2)
})
