// Curves are told apart by their dashes too.
import assert from "node:assert/strict"
import { test } from "node:test"
import { dashOf, lookOf } from "../../../../../cnnviz/ui/components/browser/curves/theme.js"

test("each of the seven colours has dashes of its own", () => {
  const dashes = Array.from({ length: 7 }, (_, colour) => String(dashOf(colour, "line")))
  assert.equal(new Set(dashes).size, 7)
  assert.equal(dashes[0], "")
  assert.deepEqual(dashOf(8, "points"), dashOf(1, "line"))
})

test("single trainings behind their mean are plain, and samples have dashes of their own", () => {
  assert.deepEqual(dashOf(3, "raw"), [])
  assert.deepEqual(dashOf(3, "behind"), [])
  assert.deepEqual(dashOf(0, "dashed"), dashOf(1, "dashed"))
})

test("the curve that is brought forward is stronger, with what belongs to it, and the others are pale", () => {
  const [own, raw, other] = [
    { id: "a", of: "", style: "points" },
    { id: "a-raw", of: "a", style: "behind" },
    { id: "b", of: "", style: "points" },
  ]
  const usual = [own, raw, other].map((series) => lookOf(series, null))
  const [forward, behind, back] = [own, raw, other].map((series) => lookOf(series, "a"))
  assert.ok(forward.width > usual[0].width && forward.alpha === 1)
  assert.ok(behind.width > usual[1].width && behind.alpha > usual[1].alpha)
  assert.ok(back.alpha < 0.2 && back.width === usual[2].width)
  assert.deepEqual(usual[0], usual[2])
})
