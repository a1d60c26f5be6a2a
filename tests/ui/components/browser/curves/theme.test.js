// Curves are told apart by their dashes too.
import assert from "node:assert/strict"
import { test } from "node:test"
import { dashOf } from "../../../../../cnnviz/ui/components/browser/curves/theme.js"

test("each of the seven colours has dashes of its own", () => {
  const dashes = Array.from({ length: 7 }, (_, colour) => String(dashOf(colour, "line")))
  assert.equal(new Set(dashes).size, 7)
  assert.equal(dashes[0], "")
  assert.deepEqual(dashOf(8, "points"), dashOf(1, "line"))
})

test("single trainings behind their mean are plain, and samples have dashes of their own", () => {
  assert.deepEqual(dashOf(3, "raw"), [])
  assert.deepEqual(dashOf(0, "dashed"), dashOf(1, "dashed"))
})
