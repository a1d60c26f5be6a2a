// Lines from the maps that feed a cell: as thick as their shares.
import assert from "node:assert/strict"
import { test } from "node:test"
import { lines } from "../../../../../cnnviz/ui/components/browser/ledger/feeds.js"

test("the largest contribution has the thickest line, none the thinnest", () => {
  const widths = lines([{ size: 1 }, { size: 0.5 }, { size: 0 }], { row: 40, across: 80 }).map(({ width }) => width)
  assert.deepEqual(widths, [9, 5, 1])
})

test("each line goes from the middle of its row to the middle of all", () => {
  const [first, second] = lines([{ size: 1 }, { size: 1 }], { row: 40, across: 80 })
  assert.equal(first.path, "M0 20C40 20 40 40 80 40")
  assert.equal(second.path, "M0 60C40 60 40 40 80 40")
})
