// What a high window has to spare.
import assert from "node:assert/strict"
import { test } from "node:test"
import { spareHeight } from "../../../../../cnnviz/ui/components/browser/shared/room.js"

test("a window of 900 px, a phone and a presentation have nothing to spare", () => {
  assert.equal(spareHeight(900, 16), 0)
  assert.equal(spareHeight(844, 16), 0)
  assert.equal(spareHeight(1080, 25), 0)
})

test("what is higher than 900 px is spare, also with the type of a wide window", () => {
  assert.equal(spareHeight(1080, 18), 180)
  assert.equal(spareHeight(1024, 16), 124)
})
