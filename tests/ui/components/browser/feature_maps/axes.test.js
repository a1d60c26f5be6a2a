// Numbers of rows and columns beside a large map.
import assert from "node:assert/strict"
import { test } from "node:test"
import { ticks } from "../../../../../cnnviz/ui/components/browser/feature_maps/axes.js"

const numbers = (count, cell, first, apart = undefined) => ticks(count, cell, first, apart).map(({ number }) => number)

test("large cells have a number each", () => assert.deepEqual(numbers(3, 24, 0), [0, 1, 2]))

test("small cells have as many numbers as there is room for", () => {
  assert.deepEqual(numbers(26, 12, 0).slice(0, 3), [0, 2, 4])
  assert.deepEqual(numbers(28, 5, 0), [0, 5, 10, 15, 20, 25])
  assert.deepEqual(numbers(26, 12, 0, 40), [0, 5, 10, 15, 20, 25])
})

test("a number stands at the middle of its cell, counted from the first", () => {
  assert.deepEqual(ticks(4, 24, -1)[0], { number: -1, middle: 12 })
  assert.deepEqual(numbers(4, 12, -1), [0, 2])
})
