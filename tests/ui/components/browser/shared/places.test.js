// Where a click or a key on a map leads, as a step of the account and as a link.
import assert from "node:assert/strict"
import { test } from "node:test"
import * as places from "../../../../../cnnviz/ui/components/browser/shared/places.js"

test("a cell of a map and a bar of a dense layer are gone into", () => {
  const cell = { map: 5, row: 3, column: 7 }
  const into = places.stepInto({ id: "conv2d_1/after", kind: "maps" }, cell)
  assert.deepEqual(into, { kind: "choose", layer: "conv2d_1", ...cell })
  const unit = places.stepInto({ id: "dense/before", kind: "bars" }, { map: 0, row: 9, column: 0 })
  assert.deepEqual(unit, { kind: "choose", layer: "dense", map: 9, row: 0, column: 0 })
})

test("another map is explained as far in as the one before", () => {
  const block = "conv2d/before"
  const cell = { block: "conv2d/after", map: 1, row: 4, column: 2 }
  const to = { layer: "conv2d", map: 6 }
  assert.deepEqual(places.stepAcross(block, 6, cell), { kind: "choose", ...to, row: 4, column: 2 })
  assert.deepEqual(places.stepAcross(block, 6, { ...cell, row: null, column: null }), { kind: "map", ...to })
  assert.deepEqual(places.stepAcross(block, 6, null), { kind: "map", ...to })
  assert.deepEqual(places.stepOut(block), { kind: "layer", layer: "conv2d", map: 0 })
})

test("a place is written as links have it", () => {
  assert.equal(places.writePlace("dense"), "dense")
  assert.equal(places.writePlace("dense", 9), "dense.9")
  assert.equal(places.writePlace("conv2d", 5, { map: 5, row: 3, column: 7 }), "conv2d.5.3.7")
})

test("the account takes the steps that viewers ask for, until it is gone", () => {
  const target = new EventTarget()
  const global = /** @type {any} */ (globalThis)
  for (const name of ["addEventListener", "removeEventListener", "dispatchEvent"])
    global[name] = target[name].bind(target)
  const taken = []
  const forget = places.takeMoves(({ step }) => taken.push(step))
  const asked = {
    channel: "layers",
    step: places.stepOut("conv2d/after"),
    origin: /** @type {any} */ (null),
    enter: false,
  }
  places.move(asked)
  forget()
  places.move(asked)
  assert.deepEqual(taken, [asked.step])
})
