// Numbers as text.
import assert from "node:assert/strict"
import { test } from "node:test"
import { exact, short, told } from "../../../../../cnnviz/ui/components/browser/feature_maps/numbers.js"

test("an exact number is the shortest that is the same float32 again", () => {
  assert.equal(exact(Math.fround(0.1)), "0.1")
  assert.equal(exact(Math.fround(1 / 3)), "0.33333334")
  let state = 1
  for (let i = 0; i < 2000; i += 1) {
    state = (state * 48271) % 2147483647
    const value = Math.fround((state / 2147483647 - 0.5) * 10 ** ((i % 13) - 6))
    assert.equal(Math.fround(Number(exact(value))), value)
  }
})

test("a short number has about three digits", () => {
  assert.deepEqual([0, 0.012345, -3.14159, 9999, 12345, 0.00123].map(short), [
    "0", "0.0123", "-3.14", "10000", "1.2e+4", "1.2e-3",
  ]) // prettier-ignore
})

test("what is no number is a dash", () => {
  assert.deepEqual([exact(NaN), short(NaN)], ["–", "–"])
})

test("a reader is told all digits only where they are known and wanted", () => {
  const values = [Math.fround(0.34567896), 0]
  assert.equal(told(values, { known: true, wanted: true }), "0.34567896, 0")
  assert.equal(told(values, { known: true, wanted: false }), "0.346, 0")
  assert.equal(told(values, { known: false, wanted: true }), "0.346, 0")
})
