// Series as Python sends them, and the table that uPlot draws.
import assert from "node:assert/strict"
import { test } from "node:test"
import { decode, latest, nearest, structure, table } from "../../../../../cnnviz/ui/components/browser/curves/wire.js"
import { packed } from "../packed.js"

const series = (x, y = x) => ({ x: Float32Array.from(x), y: Float32Array.from(y) })

test("series find their numbers", () => {
  const header = { panels: [{ series: [{ id: "a", at: 0, count: 2 }, { id: "b", at: 16, count: 1 }] }] } // prettier-ignore
  const [{ series: found }] = decode(packed(header, Float32Array.of(1, 2, 10, 20, 5, 50))).panels
  assert.deepEqual([[...found[0].x], [...found[0].y]], [[1, 2], [10, 20]]) // prettier-ignore
  assert.deepEqual([[...found[1].x], [...found[1].y]], [[5], [50]])
})

test("a table has every x once, in order", () => {
  const { columns, places } = table([series([1, 3], [10, 30]), series([2, 3], [200, NaN])])
  assert.deepEqual([...columns[0]], [1, 2, 3])
  assert.deepEqual(columns[1], [10, undefined, 30])
  assert.deepEqual(columns[2], [undefined, 200, null], "no point, a value, a gap")
  assert.deepEqual(
    places.map((place) => [...place]),
    [[0, 2], [1, 2]],
  ) // prettier-ignore
})

test("a table of nothing has one row", () => {
  assert.deepEqual(table([series([])]), { columns: [[0], [undefined]], places: [[]] })
})

test("the nearest point, the earlier of two as near", () => {
  const one = series([1, 2, 4, 8])
  assert.deepEqual(
    [-5, 1.4, 1.6, 3, 6.1, 99].map((at) => nearest(one, at)),
    [0, 0, 1, 1, 3, 3],
  )
  assert.equal(nearest(series([]), 1), -1)
})

test("the latest point is not after the place", () => {
  const one = series([1, 2, 4, 8])
  assert.deepEqual(
    [0.5, 1, 3.9, 7, Infinity].map((at) => latest(one, at)),
    [-1, 0, 1, 2, 3],
  )
  assert.equal(latest(series([]), 1), -1)
})

test("a chart stays while only its numbers change", () => {
  const header = (changes) => ({
    panels: [{ id: "loss", title: "Loss", series: [{ id: "a", label: "A", x: [1], count: 1 }] }],
    labels: {}, axis: "batches", epoch: 50, height: 200, ...changes,
  }) // prettier-ignore
  assert.equal(structure(header({})), structure(header({ epoch: 60, at: 3 })))
  assert.notEqual(structure(header({})), structure(header({ epoch: 0 })))
  assert.notEqual(structure(header({})), structure(header({ axis: "epochs" })))
})
