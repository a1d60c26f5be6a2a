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
  assert.ok(drawing.slight)
  drawing.move(90, 60)
  assert.ok(!drawing.slight)
  const dropped = drawing.strokes
  drawing.drop()
  assert.deepEqual([drawing.strokes, drawing.open, drawing.past.length], [strokes, null, 1])
  assert.ok(drawing.redo(), "and redo brings it again")
  assert.deepEqual(drawing.strokes, dropped)
})

test("a tap that another finger joined leaves what redo would do", () => {
  const drawing = drawn([1, 1], [9, 9])
  const { strokes } = drawing
  drawing.undo()
  drawing.begin(50, 50, 20)
  drawing.drop()
  assert.ok(drawing.redo())
  assert.deepEqual(drawing.strokes, strokes)
})

test("redo goes the way of undo again, until something new is drawn", () => {
  const drawing = drawn([1, 1], [9, 9])
  drawing.begin(50, 50, 20)
  drawing.end()
  const whole = drawing.strokes
  drawing.clear()
  for (let i = 0; i < 3; i += 1) assert.ok(drawing.undo())
  assert.ok(!drawing.undoable)
  for (let i = 0; i < 2; i += 1) assert.ok(drawing.redo())
  assert.deepEqual(drawing.strokes, whole)
  assert.ok(drawing.redoable)
  drawing.begin(100, 100, 20)
  drawing.end()
  assert.ok(!drawing.redoable)
  assert.ok(!drawing.redo())
})

test("redo knows strokes that came from Python", () => {
  const drawing = paper()
  drawing.load([[20, 1, 1], [20, 2, 2]]) // prettier-ignore
  drawing.undo()
  drawing.redo()
  assert.deepEqual(drawing.strokes, [[20, 1, 1], [20, 2, 2]]) // prettier-ignore
  drawing.undo()
  assert.deepEqual(drawing.strokes, [[20, 1, 1]])
})

test("one movement of the eraser is one step of undo, and one that met nothing is none", () => {
  const drawing = drawn([20, 100], [260, 100])
  const { strokes } = drawing
  drawing.beginErasing(140, 20, 20)
  assert.ok(drawing.busy)
  assert.equal(drawing.rub(140, 40), false)
  assert.equal(drawing.rub(140, 100), true)
  assert.equal(drawing.rub(140, 200), false)
  drawing.end()
  assert.equal(drawing.strokes.length, 2)
  drawing.beginErasing(10, 200, 20)
  drawing.rub(60, 200)
  drawing.end()
  assert.ok(drawing.undo())
  assert.deepEqual(drawing.strokes, strokes)
  assert.ok(drawing.redo())
  assert.equal(drawing.strokes.length, 2)
})

test("an eraser that would make too many strokes leaves them whole", () => {
  const drawing = drawn([20, 100], [260, 100])
  drawing.limits = { ...LIMITS, strokes: 1 }
  drawing.beginErasing(140, 100, 20)
  assert.equal(drawing.rub(140, 100), null)
  drawing.end()
  assert.deepEqual(drawing.strokes, [[20, 20, 100, 260, 100]])
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
