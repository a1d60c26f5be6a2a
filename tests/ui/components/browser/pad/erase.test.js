// The eraser: what it leaves are strokes, and nothing is left under it.
import assert from "node:assert/strict"
import { test } from "node:test"
import { erase } from "../../../../../cnnviz/ui/components/browser/pad/erase.js"

const half = (value) => Math.round(value * 2) / 2
const rub = (strokes, from, to = from, width = 20) => erase(strokes, from, to, width, half)

test("a stroke that is crossed becomes two, as far apart as the eraser is wide", () => {
  assert.deepEqual(rub([[20, 20, 100, 260, 100]], [140, 40], [140, 160]), [
    [20, 20, 100, 120, 100], // the round end reaches to 130
    [20, 160, 100, 260, 100],
  ])
})

test("what is not touched is the same list", () => {
  const strokes = [[20, 20, 100, 260, 100], [8, 5, 5]] // prettier-ignore
  assert.equal(rub(strokes, [140, 121]), strokes)
  assert.notEqual(rub(strokes, [140, 119]), strokes)
})

test("an end is shortened, a middle taken out, a dot gone", () => {
  assert.deepEqual(rub([[10, 0, 0, 100, 0]], [100, 0]), [[10, 0, 0, 85, 0]])
  assert.deepEqual(rub([[10, 0, 0, 100, 0, 100, 100]], [100, 0]), [[10, 0, 0, 85, 0], [10, 100, 15, 100, 100]]) // prettier-ignore
  assert.deepEqual(rub([[10, 50, 50]], [60, 50]), [])
  assert.deepEqual(rub([[10, 50, 50]], [66, 50]), [[10, 50, 50]])
})

test("a movement takes what lies between its ends, too", () => {
  assert.deepEqual(rub([[10, 50, 0, 50, 200]], [0, 20], [0, 180]), [[10, 50, 0, 50, 200]])
  assert.deepEqual(rub([[10, 50, 0, 50, 200]], [50, 60], [50, 140]), [[10, 50, 0, 50, 45], [10, 50, 155, 50, 200]]) // prettier-ignore
  assert.deepEqual(rub([[10, 40, 0, 40, 200]], [0, 100], [80, 100]), [[10, 40, 0, 40, 85], [10, 40, 115, 40, 200]]) // prettier-ignore
})

// A distance of points, for what is left of random strokes.
function distance(point, from, to) {
  const [[x, y], [ax, ay], [bx, by]] = [point, from, to]
  const squared = (bx - ax) ** 2 + (by - ay) ** 2
  const share = squared ? Math.max(0, Math.min(1, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / squared)) : 0
  return Math.hypot(x - ax - share * (bx - ax), y - ay - share * (by - ay))
}

function samples([, ...numbers]) {
  const points = Array.from({ length: numbers.length / 2 }, (_, i) => [numbers[2 * i], numbers[2 * i + 1]])
  return points.flatMap((p, i) => {
    const q = points[i + 1] ?? p
    return Array.from({ length: 20 }, (_, k) => [p[0] + ((q[0] - p[0]) * k) / 20, p[1] + ((q[1] - p[1]) * k) / 20])
  })
}

test("of random strokes all that is left is outside the eraser, and all that was outside is left", () => {
  let state = 7
  const random = (most) => half(((state = (state * 48271) % 2147483647) / 2147483647) * most)
  for (let round = 0; round < 400; round += 1) {
    const stroke = [8 + random(30), ...Array.from({ length: 2 * (1 + Math.floor(random(12))) }, () => random(280))]
    const [from, to] = [[random(280), random(280)], [random(280), random(280)]] // prettier-ignore
    const width = 8 + random(30)
    const reach = (width + stroke[0]) / 2
    const left = rub([stroke], from, to, width)
    const away = (point) => distance(point, from, to)
    for (const piece of left) for (const point of samples(piece)) assert.ok(away(point) >= reach - 0.75)
    const kept = left.flatMap((piece) => samples(piece))
    for (const point of samples(stroke)) {
      if (away(point) < reach + 2) continue // a piece of a pixel may go
      const near = Math.min(...kept.map(([x, y]) => Math.hypot(x - point[0], y - point[1])))
      assert.ok(near <= 12, `a point ${away(point) - reach} outside is gone`)
    }
  }
})
