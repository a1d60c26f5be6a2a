// Which layer is in view, and where keys go in the list.
import assert from "node:assert/strict"
import { test } from "node:test"
import { current, nextLine } from "../../../../../cnnviz/ui/components/browser/layer_list/place.js"

test("the card in view is the last one that begins in the upper third", () => {
  assert.equal(current([-800, -100, 600], 900, false), 1)
  assert.equal(current([-800, -100, 300], 900, false), 2)
})

test("before the first card is reached it is the first", () => {
  assert.equal(current([500, 900], 900, false), 0)
})

test("at the end of the page the last card in sight counts, which cannot be scrolled to the top", () => {
  assert.equal(current([-900, 200, 700], 900, true), 2)
  assert.equal(current([-900, 200, 700], 900, false), 1)
})

test("cards that are not on the page are left out", () => {
  assert.equal(current([undefined, 20], 900, false), 1)
  assert.equal(current([undefined], 900, false), -1)
  assert.equal(current([], 900, false), -1)
})

test("arrows go from line to line and stop at the ends", () => {
  assert.equal(nextLine("ArrowDown", 0, 3), 1)
  assert.equal(nextLine("ArrowDown", 2, 3), 2)
  assert.equal(nextLine("ArrowUp", 0, 3), 0)
  assert.equal(nextLine("Home", 2, 3), 0)
  assert.equal(nextLine("End", 0, 3), 2)
  assert.equal(nextLine("Enter", 0, 3), null)
  assert.equal(nextLine("ArrowDown", -1, 3), null)
})
