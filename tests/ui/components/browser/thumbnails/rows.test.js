// Which picture of rows that wrap a key goes to.
import assert from "node:assert/strict"
import { test } from "node:test"
import { nextPicture } from "../../../../../cnnviz/ui/components/browser/thumbnails/rows.js"

const ROWS = [0, 0, 0, 80, 80, 80, 160] // three a row, one in the last

test("arrows go to the neighbours in the row and in the column", () => {
  assert.equal(nextPicture("ArrowRight", 1, ROWS), 2)
  assert.equal(nextPicture("ArrowLeft", 1, ROWS), 0)
  assert.equal(nextPicture("ArrowDown", 0, ROWS), 3)
  assert.equal(nextPicture("ArrowUp", 6, ROWS), 3)
})

test("home and end go to the first and the last", () => {
  assert.equal(nextPicture("Home", 4, ROWS), 0)
  assert.equal(nextPicture("End", 0, ROWS), 6)
})

test("where there is no picture a key goes nowhere", () => {
  assert.equal(nextPicture("ArrowLeft", 0, ROWS), null)
  assert.equal(nextPicture("ArrowDown", 4, ROWS), null)
  assert.equal(nextPicture("ArrowDown", -1, ROWS), null)
  assert.equal(nextPicture("Enter", 1, ROWS), null)
})
