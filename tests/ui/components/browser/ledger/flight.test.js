// The frame that grows from a cell into its account.
import assert from "node:assert/strict"
import { test } from "node:test"
import { frames } from "../../../../../cnnviz/ui/components/browser/ledger/flight.js"

test("a frame grows from the cell to what is shown of it, and then fades", () => {
  const from = { left: 10, top: 20, width: 1, height: 8 }
  const to = { left: 300, top: 400, width: 210, height: 80 }
  const [first, there, last] = frames(from, to)
  assert.deepEqual(first, { left: "10px", top: "20px", width: "2px", height: "8px", opacity: 1 })
  assert.equal(there.left, "300px")
  assert.equal(there.opacity, 1)
  assert.deepEqual([last.width, last.opacity], ["210px", 0])
})
