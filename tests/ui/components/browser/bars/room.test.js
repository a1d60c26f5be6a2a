import assert from "node:assert/strict"
import { test } from "node:test"
import { findRoom, measure } from "../../../../../cnnviz/ui/components/browser/bars/bars.js"

test("letters that are as wide as two count twice", () => {
  assert.equal(measure("square"), 6)
  assert.equal(measure("زرافة"), 5)
  assert.equal(measure("猫🐈かな"), 8)
})

test("digits have a column of one letter", () => {
  assert.deepEqual(findRoom(Array.from("0123456789")), { width: "1.5rem", wraps: false })
})

test("names that fit stay on one line, longer ones take several in less than half of the row", () => {
  assert.deepEqual(findRoom(["cat", "zebra"]), { width: "6ch", wraps: false })
  assert.deepEqual(findRoom(["cat", "square & triangle"]), { width: "min(18ch, 42%)", wraps: true })
  assert.deepEqual(findRoom(["x".repeat(64)]), { width: "min(25ch, 42%)", wraps: true })
})
