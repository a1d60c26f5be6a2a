// How far the sliding window has come.
import assert from "node:assert/strict"
import { test } from "node:test"
import { reached } from "../../../../../cnnviz/ui/components/browser/ledger/slide.js"

test("a window goes a cell further every 60 ms, faster at a higher speed", () => {
  assert.equal(reached(0, 59, 1, 100), 0)
  assert.equal(reached(0, 60, 1, 100), 1)
  assert.equal(reached(5, 60, 4, 100), 9)
  assert.equal(reached(0, 120, 0.5, 100), 1)
})

test("it stops at the last cell", () => assert.equal(reached(90, 60_000, 1, 100), 100))
