// Which queries get an entry in the browser's history.
import assert from "node:assert/strict"
import { test } from "node:test"
import { isStep, placeOf } from "../../../../../cnnviz/ui/components/browser/address/entries.js"

test("a place is what the query says about the cell", () => {
  assert.equal(placeOf("?d=abc&cell=conv2d_1.5.3.7"), "conv2d_1.5.3.7")
  assert.equal(placeOf("?d=abc"), "")
  assert.equal(placeOf(""), "")
})

test("a step to another place gets an entry", () => {
  assert.equal(isStep({ now: 2, before: 1, place: "conv2d.5" }, "?cell=conv2d"), true)
  assert.equal(isStep({ now: 2, before: 1, place: "" }, "?cell=conv2d"), true)
})

test("a drawing, a typed cell or a step back in the history gets none", () => {
  assert.equal(isStep({ now: 1, before: 1, place: "conv2d.5.0.0" }, "?cell=conv2d.5.0.1"), false)
})

test("neither gets one what is there already, nor what an earlier run sent", () => {
  assert.equal(isStep({ now: 2, before: 1, place: "conv2d.5" }, "?cell=conv2d.5&d=x"), false)
  assert.equal(isStep({ now: 1, before: 2, place: "conv2d.4" }, "?cell=conv2d.5"), false)
})
