// Every colour of curves has a mark of its own, about as large as the others.
import assert from "node:assert/strict"
import { test } from "node:test"
import { markOf, trace, write } from "../../../../../cnnviz/ui/components/browser/curves/marks.js"

const COLOURS = Array.from({ length: 7 }, (_, colour) => colour)

// Twice the area that the corners enclose, by the shoelace formula.
const area = (corners) =>
  Math.abs(
    corners.reduce((sum, [x, y], at) => {
      const [right, down] = corners[(at + 1) % corners.length]
      return sum + x * down - right * y
    }, 0),
  )

test("each of the seven colours has a mark of its own", () => {
  assert.equal(new Set(COLOURS.map((colour) => JSON.stringify(markOf(colour)))).size, 7)
  assert.equal(markOf(0), null, "a circle")
  assert.deepEqual(markOf(8), markOf(1))
})

test("no mark is twice as large as another", () => {
  const sizes = COLOURS.map((colour) => (markOf(colour) ? area(markOf(colour)) / 2 : Math.PI))
  assert.ok(Math.max(...sizes) < 2 * Math.min(...sizes), String(sizes))
})

test("a path gets the corners around the middle, and is closed", () => {
  const seen = []
  const path = {
    moveTo: (...at) => seen.push(["move", ...at]),
    lineTo: (...at) => seen.push(["line", ...at]),
    closePath: () => seen.push(["close"]),
    arc: (...at) => seen.push(["arc", ...at.slice(0, 3)]),
  }
  trace(path, 1, 100, 50, 10)
  assert.deepEqual(seen, [["move", 91, 41], ["line", 109, 41], ["line", 109, 59], ["line", 91, 59], ["close"]]) // prettier-ignore
  seen.length = 0
  trace(path, 0, 100, 50, 10)
  assert.deepEqual(seen, [
    ["move", 110, 50],
    ["arc", 100, 50, 10],
  ])
})

test("the legend's marks are those of the plot", () => {
  assert.equal(write(1, 14, 6, 4), '<polygon class="mark" points="10.4,2.4 17.6,2.4 17.6,9.6 10.4,9.6" />')
  assert.equal(write(0, 14, 6, 4), '<circle class="mark" cx="14" cy="6" r="4" />')
})
