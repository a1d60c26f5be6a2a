// Where maps go: whole pixels a value, inside the place, as large as it allows.
import assert from "node:assert/strict"
import { test } from "node:test"
import { alone, linked, mosaic, strip } from "../../../../../cnnviz/ui/components/browser/feature_maps/layout.js"

const SHAPES = [1, 3, 5, 12, 26, 28].flatMap((side) => [1, 2, 10, 32, 64, 256].map((pictures) => [side, pictures]))

for (const [side, pictures] of SHAPES) {
  const block = { rows: side, columns: side, pictures }

  test(`a mosaic of ${pictures} maps of ${side} × ${side} fits its width`, () => {
    for (const width of [320, 700, 1100]) {
      const made = mosaic(block, width, 520)
      assert.ok(made.width <= width)
      assert.ok(Number.isInteger(made.cell) && made.cell >= 1)
      assert.ok(made.across * made.down >= pictures, "every map has a place")
      assert.ok(made.across * (made.down - 1) < pictures, "no row is empty")
      assert.ok(made.cell === 1 || made.height <= 520)
    }
  })

  test(`a strip of ${pictures} maps of ${side} × ${side} is not wider than 1.7 times its height`, () => {
    const made = strip(block, 150)
    assert.ok(made.across * made.down >= pictures)
    if (made.cell >= 1) assert.ok(made.width <= 1.7 * 150)
  })
}

test("a map that is wider than the place shrinks below a pixel a value", () => {
  const made = mosaic({ rows: 28, columns: 28, pictures: 1 }, 14, 520)
  assert.deepEqual([made.cell, made.width], [0.5, 14])
})

test("maps may be given another longest side", () => {
  const block = { rows: 127, columns: 3, pictures: 64 }
  assert.equal(mosaic(block, 1000, 520).cell, 1)
  assert.equal(mosaic(block, 1000, 520, 1, 480).cell, 3)
})

test("rows have equal lengths where they can", () => {
  assert.equal(32 % mosaic({ rows: 26, columns: 26, pictures: 32 }, 1000, 520).across, 0)
})

test("numbers stand below maps that are wide enough for them", () => {
  assert.equal(mosaic({ rows: 12, columns: 12, pictures: 4 }, 700, 520).label, 13)
  assert.equal(mosaic({ rows: 12, columns: 12, pictures: 256 }, 320, 100).label, 0)
})

test("linked pictures stand side by side, or two a row on a phone", () => {
  const block = { rows: 28, columns: 28, pictures: 5 }
  assert.equal(linked(block, 1000, 3).across, 1)
  assert.ok(3 * linked(block, 1000, 3).width + 40 <= 1000)
  assert.ok(2 * linked(block, 350, 3).width + 20 <= 350)
})

test("one map alone has cells of at most 48 pixels", () => {
  assert.equal(alone({ rows: 3, columns: 3 }, 320).cell, 48)
  assert.equal(alone({ rows: 28, columns: 28 }, 320).cell, 11)
})

test("the numbers below maps grow with the page's type", () => {
  const block = { rows: 26, columns: 26, pictures: 10 }
  assert.equal(mosaic(block, 1100, 520).label, 13)
  const large = mosaic(block, 1100, 520, 1.5)
  assert.equal(large.label, 20)
  assert.ok(large.height <= 520)
})
