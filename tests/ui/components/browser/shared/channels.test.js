// Publishers, viewers and marks of one channel.
import assert from "node:assert/strict"
import { test } from "node:test"
import * as channels from "../../../../../cnnviz/ui/components/browser/shared/channels.js"

const message = (turn) => ({ network: null, links: null, note: "", turn, blocks: new Map() })

function watched(name) {
  const seen = []
  channels.subscribe(name, { published: () => seen.push("published"), marked: () => seen.push("marked") })
  return seen
}

test("viewers are told what is published, each channel its own", () => {
  const [here, elsewhere] = [watched("a"), watched("b")]
  const sent = message(1)
  channels.publish("a", "publisher", sent)
  assert.equal(channels.published("a"), sent)
  assert.deepEqual([here, elsewhere], [["published"], []])
})

test("what an earlier run drew again is not taken", () => {
  const newer = message(5)
  channels.publish("turns", 1, newer)
  channels.publish("turns", 2, message(4))
  assert.equal(channels.published("turns"), newer)
  const same = message(5)
  channels.publish("turns", 2, same)
  assert.equal(channels.published("turns"), same)
})

test("only the publisher of what is there takes it away", () => {
  channels.publish("left", "first", message(1))
  channels.publish("left", "second", message(2))
  channels.withdraw("left", "first")
  assert.notEqual(channels.published("left"), null)
  channels.withdraw("left", "second")
  assert.equal(channels.published("left"), null)
})

test("marks are those of a block, and viewers that know marks are told", () => {
  const seen = watched("marks")
  channels.subscribe("marks", { published: () => {} })
  const mark = { block: "conv/after", maps: [0], rows: [1], columns: [2] }
  channels.mark("marks", [mark])
  assert.deepEqual(seen, ["marked"])
  assert.deepEqual(channels.marked("marks", "conv/after"), [mark])
  assert.deepEqual(channels.marked("marks", "conv/before"), [])
  assert.deepEqual(channels.marked("", "conv/after"), [])
})

test("who has left is told nothing", () => {
  const seen = []
  const viewer = { published: () => seen.push(1) }
  channels.subscribe("gone", viewer)
  channels.unsubscribe("gone", viewer)
  channels.publish("gone", 1, message(1))
  assert.deepEqual(seen, [])
})

test("a focus that was sent ahead is taken once", () => {
  assert.equal(channels.takeFocusAhead(), false)
  channels.sendFocusAhead()
  assert.deepEqual([channels.takeFocusAhead(), channels.takeFocusAhead()], [true, false])
})
