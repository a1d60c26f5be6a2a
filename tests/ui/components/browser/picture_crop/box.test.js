import assert from "node:assert/strict"
import { test } from "node:test"
import {
  between,
  isLarge,
  moved,
  resized,
  shares,
} from "../../../../../cnnviz/ui/components/browser/picture_crop/box.js"

const SIZE = /** @type {[number, number]} */ ([400, 200])

test("a box is between two points, whichever came first, and within the picture", () => {
  assert.deepEqual(between([300, 150], [100, 50], SIZE), [100, 50, 300, 150])
  assert.deepEqual(between([-20, 50.4], [900, 500], SIZE), [0, 50, 400, 200])
})

test("a box is moved as far as the picture goes", () => {
  assert.deepEqual(moved([100, 50, 200, 100], [10, -20], SIZE), [110, 30, 210, 80])
  assert.deepEqual(moved([100, 50, 200, 100], [999, -999], SIZE), [300, 0, 400, 50])
  assert.deepEqual(moved([0, 0, 400, 200], [5, 5], SIZE), [0, 0, 400, 200])
})

test("a corner does not pass the other one", () => {
  assert.deepEqual(resized([100, 50, 200, 100], "start", [-30, 10], SIZE), [70, 60, 200, 100])
  assert.deepEqual(resized([100, 50, 200, 100], "start", [500, 500], SIZE), [192, 92, 200, 100])
  assert.deepEqual(resized([100, 50, 200, 100], "end", [-500, 500], SIZE), [100, 50, 108, 200])
})

test("a box too small to be read is none", () => {
  assert.equal(isLarge([0, 0, 8, 8]), true)
  assert.equal(isLarge([0, 0, 7, 100]), false)
})

test("a box is told in percent", () => {
  assert.deepEqual(shares([100, 50, 200, 200], SIZE), { left: 25, top: 25, right: 50, bottom: 100 })
})
