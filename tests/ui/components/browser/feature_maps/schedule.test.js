// Viewers paint after a frame, those on the screen first, each once.
import assert from "node:assert/strict"
import { beforeEach, mock, test } from "node:test"

const frames = []
const page = /** @type {any} */ (globalThis)
page.requestAnimationFrame = (work) => frames.push(work)
page.cancelAnimationFrame = (id) => delete frames[id - 1]
page.reportError = (error) => reported.push(error.message)
page.MessageChannel = class {
  constructor() {
    this.port1 = { onmessage: () => {} }
    this.port2 = { postMessage: () => this.port1.onmessage() }
  }
}
const reported = []
mock.timers.enable({ apis: ["setTimeout"] })
const { isWaiting, paintSoon } = await import("../../../../../cnnviz/ui/components/browser/feature_maps/schedule.js")

const done = []

function viewer(name, seen, work = () => {}) {
  return {
    root: { isConnected: true },
    seen,
    look: () => done.push(`look ${name}`),
    refresh: () => {
      done.push(name)
      work()
    },
  }
}

const nextFrame = () => frames.splice(0).forEach((work) => work?.())

beforeEach(() => {
  for (const list of [frames, done, reported]) list.length = 0
})

test("what comes before the frame is painted once, and looked at before anything is painted", () => {
  const [one, other] = [viewer("one", true), viewer("other", true)]
  for (const each of [one, other, one]) paintSoon(each)
  assert.ok(isWaiting(one))
  assert.deepEqual(done, [])
  nextFrame()
  assert.deepEqual(done, ["look one", "look other", "one", "other"])
  assert.ok(!isWaiting(one))
})

test("viewers on the screen come first, the others in the task after", () => {
  paintSoon(viewer("below", false))
  paintSoon(viewer("seen", true))
  nextFrame()
  assert.deepEqual(done, ["look seen", "seen"])
  mock.timers.tick(1)
  assert.deepEqual(done.slice(2), ["look below", "below"])
})

test("a page without frames paints after 100 ms", () => {
  paintSoon(viewer("hidden", true))
  mock.timers.tick(99)
  assert.deepEqual(done, [])
  mock.timers.tick(1)
  assert.deepEqual(done, ["look hidden", "hidden"])
  nextFrame()
  assert.equal(done.length, 2, "the frame that comes late finds nothing to do")
})

test("who has left the page is not painted", () => {
  const gone = viewer("gone", true)
  paintSoon(gone)
  gone.root.isConnected = false
  nextFrame()
  assert.deepEqual(done, [])
})

test("one viewer's trouble is not the others'", () => {
  const broken = viewer("broken", true, () => {
    throw new Error("trouble")
  })
  paintSoon(broken)
  paintSoon(viewer("fine", true))
  nextFrame()
  assert.equal(done.at(-1), "fine")
  assert.deepEqual(reported, ["trouble"])
})
