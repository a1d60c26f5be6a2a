// Who answers while the pen moves: the browser, unless it is too slow for it; then it tries again after some strokes.
import assert from "node:assert/strict"
import { beforeEach, test } from "node:test"

const page = /** @type {any} */ (globalThis)
let now = 0
let frames = []
page.performance = { now: () => now }
page.requestAnimationFrame = (work) => frames.push(work)
page.cancelAnimationFrame = () => (frames = [])
page.MutationObserver = class {
  observe() {}
  disconnect() {}
  takeRecords = () => []
}
page.document = { querySelector: () => null, querySelectorAll: () => [] }

const { Live } = await import("../../../../../cnnviz/ui/components/browser/pad/live.js")

/** A pad that reads in the browser, in so many ms. */
function pad(ms) {
  const read = []
  const live = new Live(/** @type {any} */ ({ dataset: {}, isConnected: true }), () => [[20, 1, 1]])
  live.reader = /** @type {any} */ ({
    read(strokes) {
      now += ms.each
      read.push(strokes)
      return { digit: 7 }
    },
  })
  return { live, read }
}

/** Draw a stroke of so many moves, each with a frame to work in. */
function stroke(live, moves = 10) {
  for (let i = 0; i < moves; i += 1) {
    live.changed(true)
    clearTimeout(live.pause)
    live.pause = null // the pen has had its time
    for (const frame of frames.splice(0)) frame()
  }
  live.changed(false)
}

beforeEach(() => (frames = []))

test("a browser that is quick enough answers every move", () => {
  const { live, read } = pad({ each: 5 })
  stroke(live)
  assert.equal(read.length, 11, "and the whole stroke once more, when the pen is up")
  assert.ok(live.ready)
  live.dispose()
})

test("one slow frame is no reason to give up", () => {
  const ms = { each: 300 }
  const { live } = pad(ms)
  stroke(live, 1)
  ms.each = 5
  assert.ok(live.ready)
  stroke(live)
  assert.ok(live.ready)
  live.dispose()
})

test("a browser that is too slow leaves the answers to Python, and tries again some strokes later", () => {
  const ms = { each: 200 }
  const { live, read } = pad(ms)
  stroke(live)
  assert.ok(!live.ready)
  assert.ok(read.length < 10, "it gave up during the stroke")
  const before = read.length
  let strokes = 0
  while (!live.ready) {
    assert.ok(strokes < 20, "it never tries again")
    stroke(live)
    assert.equal(read.length, before, "Python answers alone")
    strokes += 1
  }
  assert.ok(strokes >= 1)
  ms.each = 5
  stroke(live)
  assert.ok(read.length > before)
  assert.ok(live.ready, "it was quick enough this time")
  live.dispose()
})

test("once the pen is up the strokes are read as a link keeps them, if that was promised with the message", () => {
  const { live, read } = pad({ each: 5 })
  live.task = /** @type {any} */ ({ name: "pen" })
  live.reader.keep = (strokes) => strokes.map(([width]) => [width, 7, 7])
  live.changed(true)
  assert.equal(live.promise(), "pen")
  live.changed(false)
  assert.deepEqual(read.at(-1), [[20, 7, 7]])
  assert.equal(live.promise(), "", "undo and the like are read by Python alone")
  live.dispose()
})

test("nothing is promised where a link may keep something else, or the browser is too slow", () => {
  const { live, read } = pad({ each: 5 })
  live.task = /** @type {any} */ ({ name: "pen" })
  live.reader.keep = () => null
  live.changed(true)
  assert.equal(live.promise(), "")
  live.changed(false)
  assert.deepEqual(read.at(-1), [[20, 1, 1]])
  live.reader.keep = (strokes) => strokes
  live.changed(true)
  live.took = 1000
  assert.equal(live.promise(), "")
  live.dispose()
})

test("one that is still too slow gives up sooner than at first", () => {
  const { live, read } = pad({ each: 200 })
  stroke(live)
  const first = read.length
  while (!live.ready) stroke(live)
  stroke(live)
  assert.ok(read.length - first < first)
  live.dispose()
})
