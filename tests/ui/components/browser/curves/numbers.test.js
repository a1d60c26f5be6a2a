// Numbers of a chart, and where the marks of its axes are.
import assert from "node:assert/strict"
import { test } from "node:test"
import {
  decades,
  multiples,
  round,
  short,
  ticks,
  value,
} from "../../../../../cnnviz/ui/components/browser/curves/numbers.js"

test("a share is said in percent, what is not there with a dash", () => {
  assert.deepEqual([value(0.98765, true), value(0.98765, false)], ["98.77\u00a0%", "0.988"])
  assert.deepEqual([value(undefined, true), value(NaN, false), value(Infinity, true)], ["–", "–", "–"])
})

test("short numbers", () => {
  assert.deepEqual([0, 0.0001, 1234.5, 123456].map(short), ["0", "1.0e-4", "1230", "1.2e+5"])
})

test("steps are 1, 2 or 5 times a power of ten, not below what is asked for", () => {
  assert.deepEqual([0.3, 1, 1.1, 2, 4, 6, 70].map(round), [0.5, 1, 2, 2, 5, 10, 100])
})

test("marks are multiples of the step, both ends included", () => {
  assert.deepEqual(multiples(5, 0, 20), [0, 5, 10, 15, 20])
  assert.deepEqual(multiples(5, 1, 4), [])
  assert.equal(multiples(0.1, 0, 1).length, 11, "in spite of rounding")
})

test("marks have the digits that tell them from each other", () => {
  assert.deepEqual(ticks([0, 0.5, 1], 0.5, false), ["0.0", "0.5", "1.0"])
  assert.deepEqual(ticks([0.9, 0.95], 0.05, true), ["90\u00a0%", "95\u00a0%"])
  assert.deepEqual(ticks([10, 20], 10, false), ["10", "20"])
})

test("a logarithmic axis has powers of ten, and more where there are few", () => {
  assert.deepEqual(decades(0.001, 10), [0.001, 0.01, 0.1, 1, 10])
  assert.deepEqual(decades(1, 20), [1, 2, 5, 10, 20])
  assert.ok(decades(1, 2).length >= 3)
})
