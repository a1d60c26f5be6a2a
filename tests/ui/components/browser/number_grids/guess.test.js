// What counts as a number, and how near is right.
import assert from "node:assert/strict"
import { test } from "node:test"
import { EXACT, near, numberOf, ROUNDED } from "../../../../../cnnviz/ui/components/browser/number_grids/guess.js"

test("numbers as people type them", () => {
  const typed = { 3: 3, " 2,75 ": 2.75, 2.75: 2.75, "11/4": 2.75, "-1": -1, "−1": -1, "+.5": 0.5, "1/-2": -0.5 }
  for (const [text, number] of Object.entries(typed)) assert.equal(numberOf(text), number, text)
})

test("the side of a square is a number, a rectangle is none", () => {
  for (const text of ["3x3", "3 × 3", "3*3", "3 X 3"]) assert.equal(numberOf(text), 3, text)
  assert.equal(numberOf("3x4"), null)
})

test("anything else is none", () => {
  for (const text of ["", " ", "abc", "1/0", "1/2/3", "1e5", "--1", "1 2", "Infinity", "NaN", "."]) {
    assert.equal(numberOf(text), null, text)
  }
})

test("a mean may be rounded to two decimals, a sum is exact", () => {
  assert.ok(near(0.67, 2 / 3, ROUNDED))
  assert.ok(!near(0.66, 2 / 3, ROUNDED))
  assert.ok(near(2.125, 2.12, ROUNDED))
  assert.ok(near(0.1 + 0.2, 0.3, EXACT))
  assert.ok(!near(0.301, 0.3, EXACT))
})
