// Blocks of values: exact ones, levels, and those that follow from the block before.
import assert from "node:assert/strict"
import { test } from "node:test"
import { decode, structure } from "../../../../../cnnviz/ui/components/browser/feature_maps/wire.js"
import { packed } from "../packed.js"

const block = (changes) => ({
  id: "conv/after", title: "", subtitle: "", kind: "maps", rows: 1, columns: 2, maps: 2, signed: true, derive: "",
  ticks: [], levels: null, at: 0, ...changes,
}) // prettier-ignore

const blocks = (sent, values, mode = "mosaic") => decode(packed({ mode, labels: {}, blocks: sent }, values)).blocks

test("exact values arrive as they are", () => {
  const [one] = blocks([block({})], Float32Array.of(1, -2, 0.1, 0))
  assert.deepEqual([...one.values], [1, -2, Math.fround(0.1), 0])
  assert.equal(one.exact, true)
})

test("signed levels have zero at 128 and their largest at 255", () => {
  const [one] = blocks([block({ levels: [2] })], Uint8Array.of(128, 255, 1, 128))
  assert.deepEqual([...one.values], [0, 2, -2, 0])
  assert.equal(one.exact, false)
})

test("every map may have its own largest level", () => {
  const [one] = blocks([block({ signed: false, levels: [1, 10] })], Uint8Array.of(255, 255, 0, 51))
  assert.deepEqual(
    [...one.values].map((value) => Number(value.toFixed(5))),
    [1, 10, 0, 2],
  )
})

test("what follows by relu is made of the block before, and as exact", () => {
  const sent = [block({ id: "conv/before" }), block({ derive: "relu" })]
  const [before, after] = blocks(sent, Float32Array.of(1, -2, 0.5, -0))
  assert.deepEqual([...after.values], [1, 0, 0.5, 0])
  assert.deepEqual([...before.values], [1, -2, 0.5, -0])
  assert.equal(after.exact, true)
})

test("what comes with sums in place of values is not exact, nor what is derived of it", () => {
  const sent = [block({ id: "conv/before", check: [1, 2] }), block({ derive: "relu" })]
  const [before, after] = blocks(sent, new Float32Array(0))
  assert.deepEqual([before.exact, after.exact], [false, false])
})

test("values are made once", () => {
  const [one] = blocks([block({})], Float32Array.of(1, 2, 3, 4))
  assert.equal(one.values, one.values)
})

test("a picture with three channels is one picture, and a published block is named after its end", () => {
  const values = new Float32Array(6)
  const [picture] = blocks([block({ kind: "image", maps: 3 })], values, "publish")
  assert.deepEqual([picture.mixed, picture.pictures, picture.name], [true, 1, "after"])
  const [maps] = blocks([block({ maps: 3 })], values)
  assert.deepEqual([maps.mixed, maps.pictures, maps.name], [false, 3, "conv/after"])
})

test("numbers and colours change nothing about the structure, shapes and words do", () => {
  const header = (changes) => ({ mode: "mosaic", labels: {}, blocks: [block(changes)] })
  assert.equal(structure(header({})), structure(header({ at: 8, levels: [1], signed: false })))
  assert.notEqual(structure(header({})), structure(header({ rows: 2 })))
  assert.notEqual(structure(header({})), structure({ ...header({}), labels: { maps: "maps" } }))
})
