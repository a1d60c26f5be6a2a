// Sizes, steps and spellings of a grid of cells.
import assert from "node:assert/strict"
import { test } from "node:test"
import {
  clampPlace,
  shorten,
  sideOf,
  spellShare,
  textColour,
} from "../../../../../cnnviz/ui/components/browser/cell_grid/cells.js"

test("a picture has whole pixels of the screen for each of its own", () => {
  assert.equal(sideOf(100, 28, 66, 2, 1), 56)
  assert.equal(sideOf(100, 32, 66, 2, 1), 64)
  assert.equal(sideOf(40, 28, 66, 2, 1), 28)
  assert.equal(sideOf(40, 28, 66, 2, 2), 28)
  assert.equal(sideOf(46, 28, 66, 2, 2), 42)
  assert.equal(sideOf(20, 28, 66, 2, 1), 18)
  assert.equal(sideOf(1, 28, 66, 2, 1), 1)
})

test("a step stays on the grid, and within its row", () => {
  assert.equal(clampPlace(0, [0, 1], 9, 81), 1)
  assert.equal(clampPlace(8, [0, 1], 9, 81), 8)
  assert.equal(clampPlace(9, [0, -1], 9, 81), 9)
  assert.equal(clampPlace(4, [-1, 0], 9, 81), 4)
  assert.equal(clampPlace(72, [1, 0], 9, 81), 72)
  assert.equal(clampPlace(3, [1, 0], 9, 10), 3)
  assert.equal(clampPlace(0, [1, 0], 9, 10), 9)
})

test("a share is spelled with its decimals, and the ends without", () => {
  assert.equal(spellShare(0, 2), "0")
  assert.equal(spellShare(255, 2), "1")
  assert.equal(spellShare(254, 4), "0.9961")
  assert.equal(spellShare(1, 2), "0.00")
})

test("every text is told from its grey by 4.5 to 1", () => {
  const linear = (value) => (value <= 10 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4)
  for (let value = 0; value < 256; value += 1) {
    const text = textColour(value) === "#fff" ? 1 : 0
    const [high, low] = [Math.max(text, linear(value)), Math.min(text, linear(value))]
    assert.ok((high + 0.05) / (low + 0.05) >= 4.5, `${value}`)
  }
})

test("a caption is cut to what fits, one character at least", () => {
  const fits = (/** @type {string} */ text) => text.length <= 4
  assert.equal(shorten("heart", fits), "hear")
  assert.equal(shorten("moon", fits), "moon")
  assert.equal(
    shorten("a b c", (text) => text.length <= 2),
    "a",
  )
  assert.equal(
    shorten("7", () => false),
    "7",
  )
})
