// Where a popover stands, and what it says.
import assert from "node:assert/strict"
import { test } from "node:test"
import { place, readTitle } from "../../../../../cnnviz/ui/components/browser/terms/place.js"

const VIEW = { width: 1000, height: 600 }
const POPOVER = { width: 300, height: 120 }
const term = (left, top) => ({ left, top, bottom: top + 20 })

test("it stands below its term", () => {
  assert.deepEqual(place(term(100, 50), POPOVER, VIEW), { left: 100, top: 76 })
})

test("at the foot of the window it stands above", () => {
  assert.deepEqual(place(term(100, 560), POPOVER, VIEW), { left: 100, top: 434 })
})

test("it stays inside the window at both sides", () => {
  assert.equal(place(term(990, 50), POPOVER, VIEW).left, 692)
  assert.equal(place(term(-40, 50), POPOVER, VIEW).left, 8)
})

test("where it fits neither above nor below, it stands below", () => {
  assert.equal(place(term(0, 50), POPOVER, { width: 320, height: 150 }).top, 76)
})

test("a popover wider than the window begins at its left edge", () => {
  assert.equal(place(term(100, 50), POPOVER, { width: 200, height: 600 }).left, 8)
})

test("a title is read in its parts", () => {
  assert.deepEqual(readTitle("ReLU\u2003Sums below 0 become 0.\u2003max(0, x)"), {
    name: "ReLU",
    definition: "Sums below 0 become 0.",
    formula: "max(0, x)",
  })
  assert.deepEqual(readTitle("Layer\u2003One step."), { name: "Layer", definition: "One step.", formula: "" })
  assert.deepEqual(readTitle(""), { name: "", definition: "", formula: "" })
})
