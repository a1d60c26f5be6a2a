// A sliding window between a map and what was made of it.
import assert from "node:assert/strict"
import { test } from "node:test"
import { covered, windowOf } from "../../../../../cnnviz/ui/components/browser/feature_maps/links.js"

const POOL = { size: [2, 2], strides: [2, 2], margins: [0, 0], out: [2, 2] } // over 5 × 5
const SAME = { size: [3, 3], strides: [1, 1], margins: [1, 1], out: [5, 5] }

test("a cell of a result is its window", () => {
  assert.deepEqual(windowOf(1, { row: 1, column: 0 }, POOL), { row: 1, column: 0 })
})

test("a cell of the map belongs to the window that begins last over it", () => {
  assert.deepEqual(windowOf(0, { row: 3, column: 0 }, POOL), { row: 1, column: 0 })
  assert.deepEqual(windowOf(0, { row: 4, column: 4 }, SAME), { row: 4, column: 4 })
})

test("what no window reads has none", () => {
  assert.equal(windowOf(0, { row: 4, column: 0 }, POOL), null)
  assert.equal(windowOf(0, { row: 0, column: 4 }, POOL), null)
})

test("a window covers its cells, without the padding", () => {
  const map = { rows: 5, columns: 5 }
  assert.deepEqual(covered({ row: 1, column: 0 }, POOL, map), {
    first: { map: 0, row: 2, column: 0 },
    last: { map: 0, row: 3, column: 1 },
  })
  assert.deepEqual(covered({ row: 0, column: 4 }, SAME, map), {
    first: { map: 0, row: 0, column: 3 },
    last: { map: 0, row: 1, column: 4 },
  })
})

test("every cell that a window covers is read by a window that covers it", () => {
  const map = { rows: 7, columns: 7 }
  const links = { size: [3, 2], strides: [2, 2], margins: [1, 0], out: [4, 3] }
  for (let row = 0; row < 7; row += 1) {
    for (let column = 0; column < 7; column += 1) {
      const window = windowOf(0, { row, column }, links)
      if (!window) continue
      const { first, last } = covered(window, links, map)
      assert.ok(first.row <= row && row <= last.row && first.column <= column && column <= last.column)
    }
  }
})
