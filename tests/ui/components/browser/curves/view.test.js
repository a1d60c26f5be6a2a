// The part of the x axis that is seen.
import assert from "node:assert/strict"
import { test } from "node:test"
import { View } from "../../../../../cnnviz/ui/components/browser/curves/view.js"

function grown(newest = 1000, axis = "batches") {
  const view = new View()
  view.grow(newest, axis)
  return view
}

test("everything is seen, and grows with the data", () => {
  const view = grown()
  assert.equal(view.range[0], 0)
  assert.ok(view.range[1] > 1000 && view.range[1] < 1030, "the mark of the last value is seen whole")
  view.grow(2000, "batches")
  assert.ok(view.range[1] > 2000)
})

test("a zoom stays while data comes", () => {
  const view = grown()
  view.show(100, 300)
  view.grow(5000, "batches")
  assert.deepEqual(view.range, [100, 300])
  view.reset()
  assert.ok(view.range[1] > 5000)
})

test("a zoom goes with another axis and with a shorter run", () => {
  const view = grown()
  view.show(100, 300)
  view.grow(20, "epochs")
  assert.equal(view.zoom, null)
  view.show(5, 8)
  view.grow(3, "epochs")
  assert.equal(view.zoom, null)
})

test("no zoom is smaller than eight batches or outside of the data", () => {
  const view = grown()
  view.show(100, 101)
  assert.equal(view.span, 8)
  view.show(-500, -400)
  assert.equal(view.range[0], 0)
  view.show(5000, 5100)
  assert.ok(view.range[1] <= view.full[1] + 1e-9)
})

test("what is at the cursor stays there", () => {
  const view = grown()
  view.show(200, 600)
  view.scale(0.5, 300)
  assert.deepEqual(view.range, [250, 450])
})

test("almost everything is everything", () => {
  const view = grown()
  view.show(0, view.full[1] * 0.9995)
  assert.equal(view.zoom, null)
})

test("a place is brought into view by as little as it takes", () => {
  const view = grown()
  view.show(200, 300)
  view.reveal(250)
  assert.deepEqual(view.range, [200, 300])
  view.reveal(350)
  assert.deepEqual(view.range, [250, 350])
  view.reveal(100)
  assert.deepEqual(view.range, [100, 200])
})
