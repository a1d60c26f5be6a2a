// Rounded numbers add up as they are shown, and none is further from its value than it has to be.
import assert from "node:assert/strict"
import { test } from "node:test"
import { addition, roundToSum, spell } from "../../../../../cnnviz/ui/components/browser/colour_sum/rounding.js"

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0)

// A generator of numbers in [0, 1) that gives the same ones at every run (Park and Miller's).
function generator(seed) {
  let state = seed
  return () => (state = (state * 48271) % 2147483647) / 2147483647
}

test("rounded parts add up to the rounded sum", () => {
  const random = generator(7)
  for (let round = 0; round < 2000; round += 1) {
    const decimals = 1 + (round % 5)
    const parts = Array.from({ length: 1 + (round % 9) }, () => (random() - 0.5) * 10 ** (round % 4))
    const { parts: rounded, total } = roundToSum(parts, decimals)
    assert.equal(sum(rounded), total)
    assert.ok(Math.abs(total - sum(parts) * 10 ** decimals) <= 0.5 + 1e-6)
    rounded.forEach((part, place) => assert.ok(Math.abs(part - parts[place] * 10 ** decimals) < 1 + 1e-6))
  }
})

test("parts add up to a sum that was rounded before, and go at most one further", () => {
  const random = generator(11)
  for (let round = 0; round < 2000; round += 1) {
    const parts = Array.from({ length: 1 + (round % 9) }, () => random() - 0.5)
    const exact = sum(parts) * 1000
    for (const total of [Math.floor(exact), Math.ceil(exact)]) {
      const { parts: rounded } = roundToSum(parts, 3, total)
      assert.equal(sum(rounded), total + 0)
      rounded.forEach((part, place) => assert.ok(Math.abs(part - parts[place] * 1000) < 2))
    }
  }
})

test("the largest remainders go up", () => {
  assert.deepEqual(roundToSum([0.4, 0.4, 0.2], 0), { parts: [1, 0, 0], total: 1 })
  assert.deepEqual(roundToSum([-0.6, 1.3, 0.3], 0), { parts: [0, 1, 0], total: 1 })
})

test("numbers are written with all their decimals", () => {
  assert.equal(spell(1234, 3), "1.234")
  assert.equal(spell(-50, 3), "−0.050")
  assert.equal(spell(0, 3), "0.000")
  assert.equal(spell(7, 0), "7")
})

test("an addition has its signs between the terms", () => {
  const plain = (value) => value
  const bias = (value) => `${value} (bias)`
  const terms = [
    { units: -500, words: plain },
    { units: 250, words: plain },
    { units: -125, words: bias },
  ]
  assert.equal(addition(terms, 3), "−0.500 + 0.250 − 0.125 (bias)")
})
