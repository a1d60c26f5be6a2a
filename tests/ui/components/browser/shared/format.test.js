// Sentences with fields.
import assert from "node:assert/strict"
import { test } from "node:test"
import { fill } from "../../../../../cnnviz/ui/components/browser/shared/format.js"

test("fields are filled in, also with 0 and nothing", () => {
  assert.equal(fill("{row}, {column}: {value}", { row: 0, column: 12, value: "" }), "0, 12: ")
})

test("a field twice is filled twice, one that nobody knows stays", () => {
  assert.equal(fill("{a}{a}{b}", { a: 1 }), "11{b}")
})

test("what is filled in is not filled in again", () => {
  assert.equal(fill("{a}", { a: "{b}", b: "no" }), "{b}")
})
