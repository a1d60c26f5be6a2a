// Bytes from Python: header and values, wherever they start in their buffer.
import assert from "node:assert/strict"
import { test } from "node:test"
import { decode, fromBase64 } from "../../../../../cnnviz/ui/components/browser/shared/decode.js"
import { packed } from "../packed.js"

for (const before of [0, 1, 2, 3]) {
  test(`what starts at byte ${before} is read`, () => {
    const { header, buffer, start } = decode(packed({ title: "«é»" }, Float32Array.of(0.5, -2), before))
    assert.deepEqual(header, { title: "«é»" })
    assert.equal(start % 4, 0)
    assert.deepEqual([...new Float32Array(buffer, start)], [0.5, -2])
  })
}

test("Base64 stands for bytes", () => {
  assert.deepEqual([...fromBase64("AAH/")], [0, 1, 255])
})
