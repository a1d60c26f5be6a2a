// From window to window: step by step, at once, and by itself.
import assert from "node:assert/strict"
import { afterEach, beforeEach, mock, test } from "node:test"
import { Walk } from "../../../../../cnnviz/ui/components/browser/number_grids/walk.js"

beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }))
afterEach(() => mock.timers.reset())

let told = 0

function walked(count = 3) {
  const walk = new Walk(() => (told += 1))
  walk.restart(count)
  return walk
}

test("first what a window gives, then the next window", () => {
  const walk = walked()
  assert.ok(walk.atStart)
  walk.forward(false)
  assert.deepEqual([walk.at, walk.known], [0, [true, false, false]])
  walk.forward(false)
  assert.deepEqual([walk.at, walk.known], [1, [true, false, false]])
  walk.back(false)
  assert.equal(walk.at, 0)
})

test("without guessing a window is worked out at once", () => {
  const walk = walked()
  walk.go(2, true)
  assert.deepEqual([walk.at, walk.known, walk.ended], [2, [false, false, true], true])
})

test("it stays between the first and the last window", () => {
  const walk = walked()
  walk.go(99, false)
  assert.equal(walk.at, 2)
  walk.go(-1, false)
  assert.equal(walk.at, 0)
})

test("it plays to the end and stops there", () => {
  const walk = walked()
  walk.toggle()
  assert.ok(walk.playing)
  for (let step = 0; step < 3; step += 1) mock.timers.tick(1300)
  assert.deepEqual([walk.known, walk.playing], [[true, true, true], false])
  const before = told
  mock.timers.tick(10_000)
  assert.equal(told, before)
})

test("from the end it plays anew", () => {
  const walk = walked(2)
  walk.go(0, true)
  walk.go(1, true)
  walk.toggle()
  assert.deepEqual([walk.at, walk.known], [0, [true, false]])
})

test("a pause is one", () => {
  const walk = walked()
  walk.toggle()
  walk.pause()
  mock.timers.tick(10_000)
  assert.deepEqual(walk.known, [true, false, false])
})

test("twice the speed is half the time", () => {
  const walk = walked()
  walk.speed = 2
  walk.toggle()
  mock.timers.tick(650)
  assert.deepEqual(walk.known, [true, true, false])
})
