import assert from "node:assert/strict"
import { test } from "node:test"
import { ending, firstRefused } from "../../../../../cnnviz/ui/components/browser/upload_limit/files.js"

const LIMITS = { bytes: 1000, endings: ["png", "jpg"] }

test("the ending of a name is its last, in small letters", () => {
  assert.equal(ending("IMG.0001.JPG"), ".jpg")
  assert.equal(ending("digit"), "")
  assert.equal(ending(".png"), ".png")
})

test("files up to the limit and of a kind that is read are sent", () => {
  assert.equal(firstRefused([], LIMITS), null)
  assert.equal(firstRefused([{ name: "a.PNG", size: 1000 }], LIMITS), null)
})

test("the first file that is too long or of another kind is told", () => {
  const good = { name: "a.png", size: 10 }
  assert.deepEqual(firstRefused([good, { name: "b.jpg", size: 1001 }], LIMITS), { bytes: 1001, ending: ".jpg" })
  assert.deepEqual(firstRefused([{ name: "c.HEIC", size: 9 }, good], LIMITS), { bytes: 9, ending: ".heic" })
  assert.deepEqual(firstRefused([{ name: "none", size: 9 }], LIMITS), { bytes: 9, ending: "" })
})
