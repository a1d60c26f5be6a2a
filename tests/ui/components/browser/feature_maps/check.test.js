// What Python only confirms: values that agree stand, any others are asked for.
import assert from "node:assert/strict"
import { test } from "node:test"
import { addSigned, agree } from "../../../../../cnnviz/ui/components/browser/feature_maps/check.js"

const values = Float32Array.from({ length: 2000 }, (_, i) => (i % 3 ? Math.sin(i) : 0))
const sums = [...addSigned(values)]

test("values that differ in their last digits agree", () => {
  const close = values.map((value, i) => value * (1 + (i % 2 ? 1e-6 : -1e-6)))
  assert.ok(agree(close, sums))
})

test("a single value that would have another colour does not", () => {
  for (const place of [0, 1, 999, 1999]) {
    const other = values.slice()
    other[place] += 1 / 255
    assert.ok(!agree(other, sums), `value ${place}`)
  }
})

test("the same values at other places do not agree", () => {
  assert.ok(!agree(values.toReversed(), sums))
  const moved = values.slice()
  moved[1] = values[2]
  moved[2] = values[1]
  assert.ok(!agree(moved, sums))
})

test("a layer that is 0 everywhere agrees with itself alone", () => {
  const dark = new Float32Array(2000)
  assert.ok(agree(dark, [...addSigned(dark)]))
  assert.ok(!agree(dark, sums))
})

test("sums that are no numbers agree with nothing", () => {
  assert.ok(!agree(values, Array(8).fill(NaN)))
})
