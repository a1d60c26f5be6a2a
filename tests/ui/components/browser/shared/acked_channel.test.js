// Messages are numbered, wait for their answer, and the newest of those that wait is sent.
import assert from "node:assert/strict"
import { afterEach, beforeEach, mock, test } from "node:test"
import { AckedChannel, Backlog, Sequence } from "../../../../../cnnviz/ui/components/browser/shared/acked_channel.js"

beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }))
afterEach(() => mock.timers.reset())

function opened(ack = 0, patience = undefined) {
  const sent = []
  const channel = new AckedChannel((message) => sent.push(message), patience)
  channel.answered(ack)
  return { channel, sent }
}

test("a sequence goes on from what Python has heard", () => {
  const sequence = new Sequence()
  assert.equal(sequence.answered(7), true)
  assert.equal(sequence.next(), 8)
  assert.equal(sequence.answered(7), false, "the newest is on its way")
  assert.equal(sequence.answered(8), true)
})

test("an older answer never lowers a sequence", () => {
  const sequence = new Sequence()
  sequence.answered(7)
  assert.equal(sequence.answered(3), false)
  assert.equal(sequence.next(), 8)
})

test("a backlog leaves as a whole until Python has heard it", () => {
  const backlog = new Backlog()
  backlog.answered(4)
  assert.deepEqual(backlog.add({ place: 0 }), { messages: [{ place: 0, seq: 5 }], seq: 5 })
  const both = [
    { place: 0, seq: 5 },
    { place: 1, seq: 6 },
  ]
  assert.deepEqual(backlog.add({ place: 1 }), { messages: both, seq: 6 })
  backlog.answered(5)
  assert.deepEqual(backlog.messages, [{ place: 1, seq: 6 }])
  backlog.answered(6)
  assert.deepEqual(backlog.add({ place: 2 }), { messages: [{ place: 2, seq: 7 }], seq: 7 })
})

test("nothing leaves before Python has told its number", () => {
  const sent = []
  const channel = new AckedChannel((message) => sent.push(message))
  channel.push(() => ({ index: 1 }))
  assert.deepEqual(sent, [])
  assert.equal(channel.settled, false)
  channel.answered(4)
  assert.deepEqual(sent, [{ index: 1, seq: 5 }])
})

test("one message at a time, and of those that wait the newest", () => {
  const { channel, sent } = opened()
  for (const index of [1, 2, 3]) channel.push(() => ({ index }))
  assert.deepEqual(sent, [{ index: 1, seq: 1 }])
  assert.equal(channel.answered(1), true)
  assert.deepEqual(sent.slice(1), [{ index: 3, seq: 2 }])
  assert.equal(channel.settled, false)
  channel.answered(2)
  assert.equal(channel.settled, true)
})

test("a message is made when it leaves", () => {
  const { channel, sent } = opened()
  let text = "early"
  channel.push(() => ({ text }))
  channel.push(() => ({ text }))
  text = "late"
  channel.answered(1)
  assert.deepEqual(
    sent.map((each) => each.text),
    ["early", "late"],
  )
})

test("the answer to an older message is not an answer", () => {
  const { channel, sent } = opened(3)
  channel.push(() => ({}))
  assert.equal(channel.answered(3), false)
  channel.push(() => ({}))
  assert.equal(sent.length, 1)
})

test("without an answer the next message leaves when patience ends", () => {
  const { channel, sent } = opened(0, 3000)
  channel.push(() => ({ index: 1 }))
  channel.push(() => ({ index: 2 }))
  mock.timers.tick(2999)
  assert.equal(sent.length, 1)
  mock.timers.tick(1)
  assert.deepEqual(sent[1], { index: 2, seq: 2 })
  mock.timers.tick(3000)
  assert.equal(channel.settled, true, "nothing is waited for any more")
})

test("a channel with endless patience waits", () => {
  const { channel, sent } = opened()
  channel.push(() => ({}))
  channel.push(() => ({}))
  mock.timers.tick(1e9)
  assert.equal(sent.length, 1)
})

test("a stopped channel wakes for nothing", () => {
  const { channel, sent } = opened(0, 3000)
  channel.push(() => ({}))
  channel.stop()
  mock.timers.tick(10_000)
  assert.equal(sent.length, 1)
  assert.equal(channel.settled, true)
})
