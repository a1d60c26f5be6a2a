// Blocks with the browser's own values: the words are Python's, the rules for colours too.
import assert from "node:assert/strict"
import { test } from "node:test"
import { message, strip } from "../../../../../cnnviz/ui/components/browser/feature_maps/live_blocks.js"

const block = (id, changes = {}) => ({
  id, title: "Convolution", kind: "maps", rows: 1, columns: 2, maps: 1, signed: false, always_signed: false,
  levels: [9], exact: true, ...changes,
}) // prettier-ignore

const layer = (before, after = before, shape = [1, 2, 1]) => ({ name: "", shape, before, after })
const bars = layer(Float32Array.of(3, -1), Float32Array.of(0.75, 0.25), [2])

function answer(changes = {}) {
  const layers = new Map([
    ["conv", layer(Float32Array.of(-2, 5), Float32Array.of(0, 5))],
    ["dense", bars],
  ])
  const made = { empty: false, input: Float32Array.of(0, 1), layers, ...changes }
  return /** @type {any} */ (made)
}

const DENSE = block("dense", { kind: "bars", rows: 2, columns: 1 })

test("a strip has the layers' outputs, with Python's words", () => {
  const header = { colour_range: "layer", network: [0, 1], blocks: [block("input"), block("conv"), DENSE] }
  const { blocks, network } = strip(header, answer())
  assert.deepEqual(
    blocks.map(({ values }) => [...values]),
    [
      [0, 1],
      [0, 5],
      [0.75, 0.25],
    ],
  )
  assert.ok(blocks.every(({ title, exact, levels }) => title === "Convolution" && !exact && levels === null))
  assert.deepEqual(network, [0, 1], "worked out only where it is asked for")
})

test("on empty paper there is no answer", () => {
  const { blocks } = strip({ blocks: [DENSE] }, answer({ empty: true }))
  assert.deepEqual([...blocks[0].values], [0, 0])
})

test("one scale for the network runs over all maps, before and after the activation", () => {
  assert.deepEqual(strip({ colour_range: "network", blocks: [block("conv")] }, answer()).network, [-2, 5])
  const maps = new Map([["dense", bars]])
  assert.deepEqual(strip({ colour_range: "network", blocks: [DENSE] }, answer({ layers: maps })).network, [0, 1])
})

test("a channel gets both sides of an activation, signed where Python says so or a value is negative", () => {
  const blocks = [block("conv/before", { always_signed: true }), block("conv/after"), { ...DENSE, id: "dense/before" }]
  const sent = { network: null, links: null, note: "", turn: 3, blocks: new Map(blocks.map((each) => [each.id, each])) }
  const made = message(/** @type {any} */ (sent), answer())
  assert.deepEqual([made.live, made.turn, made.network], [true, 3, null])
  assert.deepEqual(
    [...made.blocks.values()].map(({ values, signed }) => [[...values], signed]),
    [
      [[-2, 5], true],
      [[0, 5], false],
      [[3, -1], true],
    ],
  )
})

test("what the network does not have stays as it was sent, and is not unpacked for nothing", () => {
  const other = block("other")
  const conv = Object.defineProperty(block("conv"), "values", { get: () => assert.fail("unpacked"), enumerable: true })
  const { blocks } = strip({ blocks: [other, conv] }, answer())
  assert.equal(blocks[0], other)
})
