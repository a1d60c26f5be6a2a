// A dark map says why it is dark, where that is known.
import assert from "node:assert/strict"
import { test } from "node:test"
import { largestBelow } from "../../../../../cnnviz/ui/components/browser/feature_maps/dark.js"

function blocks(before, more = {}) {
  const values = Float32Array.from(before)
  const shared = { kind: "maps", maps: 2, exact: true }
  return [
    { ...shared, name: "before", values, ...more },
    { ...shared, name: "after", values: values.map((value) => Math.max(0, value)) },
  ]
}

test("a map of zeros is dark because of its largest sum", () => {
  const both = blocks([-1, 2, -0.5, -3, -0.25, 1])
  assert.equal(largestBelow(both[1], both, 0), -0.25)
  assert.equal(largestBelow(both[1], both, 1), null, "this one has bright cells")
  assert.equal(largestBelow(both[0], both, 0), null, "sums are not dark")
})

test("a largest sum of zero is a reason too, one above zero is none", () => {
  const zero = blocks([0, 2, -0.5, -3])
  assert.equal(largestBelow(zero[1], zero, 0), 0)
  const cut = blocks([0.5, 2, -0.5, -3])
  cut[1].values.fill(0)
  assert.equal(largestBelow(cut[1], cut, 0), null)
})

test("without exact sums nothing is said", () => {
  const levels = blocks([-1, 2, -0.5, -3], { exact: false })
  assert.equal(largestBelow(levels[1], levels, 0), null)
  const [, alone] = blocks([-1, 2, -0.5, -3])
  assert.equal(largestBelow(alone, [alone], 0), null)
})
