// The drawing under the pen: what is kept of it, and undo.
import assert from "node:assert/strict"
import { test } from "node:test"
import { Drawing } from "../../../../../cnnviz/ui/components/browser/pad/drawing.js"

const LIMITS = { strokes: 200, points: 6000, reach: 1000 }

function paper() {
  const drawing = new Drawing()
  drawing.limits = LIMITS
  return drawing
}

function drawn(...points) {
  const drawing = paper()
  drawing.begin(points[0][0], points[0][1], 20)
  for (const [x, y] of points.slice(1)) drawing.move(x, y)
  drawing.end()
  return drawing
}

test("points are kept to half a pixel, and those that say nothing new are not", () => {
  assert.deepEqual(drawn([10.2, 10.3], [10.4, 10.5], [20.26, 9.9]).strokes, [[20, 10, 10.5, 20.5, 10]])
})

test("what is far outside is brought to the reach", () => {
  assert.deepEqual(drawn([5000, -5000]).strokes, [[20, 1000, -1000]])
})

test("undo takes back strokes, and a clearing", () => {
  const drawing = drawn([1, 1], [9, 9])
  const { strokes } = drawing
  assert.ok(drawing.clear())
  assert.ok(!drawing.clear(), "there is nothing to clear")
  assert.ok(drawing.undo())
  assert.deepEqual(drawing.strokes, strokes)
  assert.ok(drawing.undo())
  assert.deepEqual([drawing.strokes, drawing.undoable], [[], false])
  assert.ok(!drawing.undo())
})

test("strokes that came from Python can be undone one by one", () => {
  const drawing = paper()
  drawing.load([[20, 1, 1], [20, 2, 2]]) // prettier-ignore
  drawing.undo()
  assert.deepEqual(drawing.strokes, [[20, 1, 1]])
})

test("a full paper takes no stroke and no point", () => {
  const drawing = paper()
  for (let i = 0; i < 200; i += 1) assert.ok(drawing.begin(i, 0, 8))
  assert.ok(!drawing.begin(0, 0, 8))
  const long = paper()
  long.begin(0, 0, 8)
  let moved = 0
  for (let i = 1; i < 7000; i += 1) if (long.move((i % 2) * 10, i % 500)) moved += 1
  assert.equal(long.points, 6000)
  assert.equal(moved, 5999)
})

test("a stroke that another finger joined is as if it had never begun", () => {
  const drawing = drawn([1, 1], [9, 9])
  const { strokes } = drawing
  drawing.begin(50, 50, 20)
  drawing.move(55, 60)
  assert.ok(drawing.barelyBegun)
  drawing.move(90, 60)
  assert.ok(!drawing.barelyBegun)
  drawing.drop()
  assert.deepEqual([drawing.strokes, drawing.open, drawing.past.length], [strokes, null, 1])
})

test("a stroke that begins anew is alone on the paper until undo brings the rest back", () => {
  const drawing = drawn([1, 1], [9, 9])
  const { strokes } = drawing
  drawing.begin(50, 50, 20, true)
  drawing.move(55, 60)
  drawing.end()
  assert.deepEqual(drawing.strokes, [[20, 50, 50, 55, 60]])
  drawing.undo()
  assert.deepEqual(drawing.strokes, strokes)
})
