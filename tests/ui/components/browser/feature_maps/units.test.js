import assert from "node:assert/strict"
import { test } from "node:test"
import { shorten, ticksWidth } from "../../../../../cnnviz/ui/components/browser/feature_maps/units.js"

test("digits beside bars keep their room, and names get more", () => {
  assert.equal(ticksWidth([], 72), 0)
  assert.equal(ticksWidth(["0", "9"], 72), 16)
  assert.equal(ticksWidth(["10", "100"], 72), 6 + 6.5 * 3)
  assert.equal(ticksWidth(["kiwi", "a very long name"], 72), 72)
  assert.equal(ticksWidth(["kiwi"], 0), 16)
})

test("a name that does not fit is cut off", () => {
  const measure = (text) => text.length * 10
  assert.equal(shorten("kiwi", 40, measure), "kiwi")
  assert.equal(shorten("trousers", 40, measure), "tro…")
  assert.equal(shorten("trousers", 5, measure), "t…")
})
