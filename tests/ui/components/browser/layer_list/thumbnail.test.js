// Thumbnails show the map that responds most, and units as few bars.
import assert from "node:assert/strict"
import { test } from "node:test"
import { bars, strongest } from "../../../../../cnnviz/ui/components/browser/layer_list/thumbnail.js"

test("the strongest map is the one with the largest value", () => {
  assert.equal(strongest({ values: Float32Array.of(0, 1, 2, 0, 5, 1), maps: 3 }), 1)
  assert.equal(strongest({ values: Float32Array.of(-3, -1, -2, -4), maps: 2 }), 1)
})

test("few units have a bar each, of the largest one's height", () => {
  assert.deepEqual([...bars([1, 0, 4, 2])], [0.25, 0, 1, 0.5])
})

test("many units share bars, by the largest of each", () => {
  const values = Array.from({ length: 280 }, () => 0)
  values[279] = 2
  values[5] = 1
  const heights = bars(values)
  assert.equal(heights.length, 28)
  assert.deepEqual([heights[0], heights[1], heights[27]], [0.5, 0, 1])
})

test("units at zero and below have no bars", () => {
  assert.deepEqual([...bars([0, -2])], [0, 0])
})
