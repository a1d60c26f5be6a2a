// Cells of a confusion matrix: how strong their colour is, and which one a key goes to.
import assert from "node:assert/strict"
import { test } from "node:test"
import { next, part } from "../../../../../cnnviz/ui/components/browser/confusion/cells.js"

test("the commonest mistake has the strongest colour, a single one is seen, none has no colour", () => {
  assert.equal(part(16, 16), 45)
  assert.equal(part(1, 100), 10)
  assert.equal(part(0, 16), 0)
})

test("an arrow skips cells that cannot be picked", () => {
  const can = ([row, column]) => row !== column && column !== 3
  assert.deepEqual(next([2, 1], [0, 1], 5, can), [2, 4])
  assert.deepEqual(next([1, 0], [1, 0], 5, can), [2, 0])
})

test("behind the last cell of a line an arrow goes on in the order of reading", () => {
  const can = ([row, column]) => row !== column
  assert.deepEqual(next([0, 4], [0, 1], 5, can), [1, 0])
  assert.deepEqual(next([1, 0], [0, -1], 5, can), [0, 4])
})

test("where no cell can be picked an arrow goes nowhere", () => {
  assert.equal(
    next([1, 0], [1, 0], 5, () => false),
    null,
  )
  assert.equal(
    next([4, 3], [0, 1], 5, ([row, column]) => row !== column),
    null,
  )
})
