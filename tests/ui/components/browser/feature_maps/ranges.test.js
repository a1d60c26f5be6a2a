// Which value gets which colour.
import assert from "node:assert/strict"
import { test } from "node:test"
import { barSpan, level, mixed, pixels, tops } from "../../../../../cnnviz/ui/components/browser/feature_maps/ranges.js"

const VALUES = Float32Array.of(1, -4, 2, 3) // two maps of 1 × 2: [1, 2] and [-4, 3]
const block = (changes) => ({ kind: "maps", rows: 1, columns: 2, maps: 2, signed: true, values: VALUES, ...changes })
const identity = Uint32Array.from({ length: 256 }, (_, i) => i)

test("each map has its own top, or the largest of all, or the network's", () => {
  assert.deepEqual([...tops(block({}), { colour_range: "map", network: null })], [2, 4])
  assert.deepEqual([...tops(block({}), { colour_range: "layer", network: null })], [4, 4])
  assert.deepEqual([...tops(block({}), { colour_range: "network", network: [-7, 5] })], [7, 7])
  assert.deepEqual([...tops(block({ signed: false }), { colour_range: "network", network: [-7, 5] })], [5, 5])
})

test("where nothing is below zero, what is negative does not count", () => {
  assert.deepEqual([...tops(block({ signed: false }), { colour_range: "map", network: null })], [2, 3])
})

test("zero is at 128 of signed colours and at 0 of others", () => {
  assert.equal(level(0, 1, true), 128)
  assert.equal(level(0, 1, false), 0)
  assert.deepEqual([level(-9, 1, true), level(9, 1, true)], [1, 255])
  assert.deepEqual([level(-1, 1, false), level(9, 1, false)], [0, 255])
  assert.equal(level(5, 0, true), 128, "a map of zeros")
})

test("pixels stand map beside map and have the levels of their values", () => {
  for (const signed of [true, false]) {
    const { image, width, height } = pixels(block({ signed }), [2, 4], identity, 2)
    assert.deepEqual([width, height], [4, 1])
    const expected = [level(1, 2, signed), level(2, 2, signed), level(-4, 4, signed), level(3, 4, signed)]
    assert.deepEqual([...image], expected)
  }
})

test("maps go on in the next row", () => {
  const { image, width, height } = pixels(block({}), [4, 4], identity, 1)
  assert.deepEqual([width, height], [2, 2])
  assert.deepEqual([...image], [level(1, 4, true), level(2, 4, true), level(-4, 4, true), level(3, 4, true)])
})

test("what is not a number is transparent", () => {
  const { image } = pixels(block({ values: Float32Array.of(NaN, 1, 1, 1) }), [1, 1], identity, 2)
  assert.equal(image[0], 0)
})

test("a colour picture mixes its channels", () => {
  const { image } = mixed({ values: Float32Array.of(1, 0, 0, 0, 2, -1), rows: 1, columns: 2 })
  assert.deepEqual([...image], [0xff0000ff, 0xff00ff00])
})

test("a full bar is the whole of a share, and the largest of other values", () => {
  assert.deepEqual(barSpan({ values: [0.1, 0.4, 0], full: 1 }), { low: 0, high: 1 })
  assert.deepEqual(barSpan({ values: [0.5, -2, 3], full: null }), { low: -2, high: 3 })
})
