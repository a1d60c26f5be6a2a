// Who follows the pen, and when Python's answer stands again.
import assert from "node:assert/strict"
import { beforeEach, test } from "node:test"
import * as live from "../../../../../cnnviz/ui/components/browser/shared/live.js"

const page = /** @type {any} */ (globalThis)
const reported = []
page.reportError = (error) => reported.push(error.message)
const answer = /** @type {any} */ ({ digit: 7 })

function viewer(changes = {}) {
  const seen = []
  const made = {
    root: { isConnected: true },
    showLive: ({ digit }) => seen.push(digit),
    restore: () => seen.push("restored"),
    answered: () => seen.push("answered"),
    ...changes,
  }
  live.subscribe(/** @type {any} */ (made))
  return { made, seen }
}

beforeEach(() => live.lift())

test("viewers follow, and are told of Python's answer once the pen is up", () => {
  const { seen } = viewer()
  live.show(answer)
  assert.equal(live.newest(), answer)
  live.answered()
  assert.deepEqual(seen, [7], "an answer to an earlier stroke changes nothing while the pen is down")
  live.lift()
  assert.equal(live.newest(), null)
  live.answered()
  live.restore()
  assert.deepEqual(seen, [7, "answered", "restored"])
})

test("who has left the page is forgotten", () => {
  const { made, seen } = viewer()
  made.root.isConnected = false
  live.show(answer)
  made.root.isConnected = true
  live.show(answer)
  assert.deepEqual(seen, [])
})

test("one viewer's trouble is not the others'", () => {
  viewer({
    showLive: () => {
      throw new Error("trouble")
    },
  })
  const { seen } = viewer()
  live.show(answer)
  assert.deepEqual([reported, seen], [["trouble"], [7]])
})
