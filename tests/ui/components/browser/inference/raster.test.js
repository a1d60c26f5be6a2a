// Strokes as pixels: what grows is what would have been painted at once. The pixels themselves are held to Pillow's in
// test_browser_inference.py.
import assert from "node:assert/strict"
import { test } from "node:test"
import { Raster, roundEven, SIDE } from "../../../../../cnnviz/ui/components/browser/inference/raster.js"

const STROKES = [
  [20, 60, 50, 220.5, 50, 130, 240],
  [8, 140, 140],
  [40, -30, 100, 90, 100.5, 90, 100.5, 300, 310],
]

test("a drawing that grows point by point is what it is when painted at once", () => {
  const whole = new Raster().paint(STROKES).slice()
  const growing = new Raster()
  const drawn = []
  for (const stroke of STROKES) {
    const open = stroke.slice(0, 3)
    drawn.push(open)
    growing.paint(drawn)
    for (let i = 3; i < stroke.length; i += 2) {
      open.push(stroke[i], stroke[i + 1])
      growing.paint(drawn)
    }
  }
  assert.deepEqual(growing.coverage, whole)
})

test("what is taken back is gone", () => {
  const raster = new Raster()
  raster.paint(STROKES)
  assert.deepEqual(raster.paint([STROKES[0]]).slice(), new Raster().paint([STROKES[0]]))
  assert.ok(raster.paint([]).every((level) => level === 0))
})

test("a stroke that was cut is another one, though it is as long", () => {
  const raster = new Raster()
  raster.paint([[20, 60, 50, 220, 50]])
  const other = [[20, 60, 200, 220, 200]]
  assert.deepEqual(raster.paint(other).slice(), new Raster().paint(other))
})

test("the middle of a wide stroke is full ink, far away there is none", () => {
  const coverage = new Raster().paint([[20, 60, 50, 220, 50]])
  assert.equal(coverage[50 * SIDE + 140], 255)
  assert.equal(coverage[200 * SIDE + 140], 0)
})

test("halves are rounded to the even number", () => {
  assert.deepEqual([0.5, 1.5, 2.5, 2.4, 2.6].map(roundEven), [0, 2, 2, 2, 3])
})
