// Sentences with fields.
import assert from "node:assert/strict"
import { test } from "node:test"
import { fill, percent } from "../../../../../cnnviz/ui/components/browser/shared/format.js"

test("fields are filled in, also with 0 and nothing", () => {
  assert.equal(fill("{row}, {column}: {value}", { row: 0, column: 12, value: "" }), "0, 12: ")
})

test("a field twice is filled twice, one that nobody knows stays", () => {
  assert.equal(fill("{a}{a}{b}", { a: 1 }), "11{b}")
})

test("what is filled in is not filled in again", () => {
  assert.equal(fill("{a}", { a: "{b}", b: "no" }), "{b}")
})

test("shares have one decimal, and neither 0 nor 100 where they are not that", () => {
  const shares = [0, 0.0004, 0.0005, 0.12345, 0.9994, 0.9996, 1]
  const texts = ["0.0 %", "<0.1 %", "0.1 %", "12.3 %", "99.9 %", ">99.9 %", "100.0 %"]
  assert.deepEqual(
    shares.map(percent),
    texts.map((text) => text.replace(" ", "\u00a0")),
  )
})
