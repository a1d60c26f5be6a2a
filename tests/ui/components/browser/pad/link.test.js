// The pace at which the pad tells Python where the pen is.
import assert from "node:assert/strict"
import { afterEach, beforeEach, mock, test } from "node:test"
import { Link } from "../../../../../cnnviz/ui/components/browser/pad/link.js"

let now = 0
const { performance } = globalThis

beforeEach(() => {
  now = 1000
  mock.timers.enable({ apis: ["setTimeout"] })
  mock.method(performance, "now", () => now)
})
afterEach(() => {
  mock.timers.reset()
  mock.restoreAll()
})

function pass(milliseconds) {
  now += milliseconds
  mock.timers.tick(milliseconds)
}

function linked() {
  const sent = []
  const pen = { down: true }
  const link = new Link(() => ({ ...pen }))
  link.send = (message) => sent.push(message)
  link.start(0)
  return { link, pen, sent }
}

test("while the pen is down the next message waits for the answer to the last", () => {
  const { link, sent } = linked()
  link.changed()
  link.changed()
  assert.deepEqual(sent, [{ down: true, seq: 1 }])
  pass(20)
  link.answered(1)
  assert.equal(sent.length, 2)
})

test("what ends a stroke leaves at once", () => {
  const { link, pen, sent } = linked()
  link.changed()
  pen.down = false
  link.changed()
  assert.deepEqual(sent[1], { down: false, seq: 2 })
})

test("without an answer it is sent again after two seconds", () => {
  const { link, sent } = linked()
  link.changed()
  link.changed()
  pass(1999)
  assert.equal(sent.length, 1)
  pass(1)
  assert.equal(sent.length, 2)
})

test("on a slow line there are at most ten messages a second", () => {
  const { link, sent } = linked()
  link.changed()
  pass(80)
  link.answered(1)
  link.changed()
  assert.equal(sent.length, 1)
  pass(20)
  assert.equal(sent.length, 2)
})

test("after a drop nothing is on its way", () => {
  const { link, sent } = linked()
  link.changed()
  link.changed()
  link.drop()
  pass(5000)
  assert.equal(sent.length, 1)
})

test("where the browser reads the drawing, nothing is sent until the pen is up", () => {
  const sent = []
  const pen = { down: true }
  let reads = true
  const link = new Link(
    () => ({ ...pen }),
    () => reads,
  )
  link.send = (message) => sent.push(message)
  link.start(0)
  link.changed()
  pass(5000)
  assert.deepEqual([sent.length, link.settled], [0, false])
  pen.down = false
  link.changed()
  assert.deepEqual(sent, [{ down: false, seq: 1 }])
  link.answered(1)
  assert.ok(link.settled)
  pen.down = true
  link.changed()
  reads = false // another network, which only Python has
  link.changed()
  assert.equal(sent.length, 2)
})
