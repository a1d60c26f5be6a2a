// A hint after the first wrong guess, the solution after the second.
import assert from "node:assert/strict"
import { test } from "node:test"
import { Tries } from "../../../../../cnnviz/ui/components/browser/number_grids/tries.js"

const right = { verdict: "right" }
const wrong = { verdict: "is_sum" }

test("a right guess needs no second try", () => {
  const tries = new Tries()
  assert.equal(tries.take({ sum: right }), true)
})

test("a wrong guess is followed by another try, which is the last", () => {
  for (const second of [right, wrong]) {
    const tries = new Tries()
    assert.equal(tries.take({ sum: wrong }), false)
    assert.equal(tries.take({ sum: second }), true)
    assert.deepEqual(tries.verdicts, { sum: second })
  }
})

test("of two guesses the right one stands, and only the other one is asked again", () => {
  const tries = new Tries()
  assert.equal(tries.take({ max: right, mean: wrong }), false)
  assert.equal(tries.settled("max"), true)
  assert.equal(tries.settled("mean"), false)
  assert.equal(tries.take({ mean: right }), true)
  assert.deepEqual(tries.verdicts, { max: right, mean: right })
})

test("what was not guessed is not waited for", () => {
  assert.equal(new Tries().take({ max: right }), true)
})

test("nothing guessed means the solution, also after a hint, and the wrong guess counts", () => {
  assert.equal(new Tries().take({}), true)
  const tries = new Tries()
  tries.take({ sum: wrong })
  assert.equal(tries.take({}), true)
  assert.deepEqual(tries.verdicts, { sum: wrong })
})

test("another question begins with two tries", () => {
  const tries = new Tries()
  tries.take({ max: right, mean: wrong })
  tries.reset()
  assert.equal(tries.settled("max"), false)
  assert.equal(tries.take({ max: wrong }), false)
})
