// The file of strokes. Python reads the same text in tests/core/drawing/test_stroke_file.py.
import assert from "node:assert/strict"
import { test } from "node:test"
import { text } from "../../../../../cnnviz/ui/components/browser/pad/files.js"

test("strokes are told with their widths and points", () => {
  assert.equal(
    text([[20, 60, 50, 220.5, 50], [8, 1, -2]]), // prettier-ignore
    '{"format":"cnnviz-drawing","version":1,"side":280,"strokes":' +
      '[{"width":20,"points":[[60,50],[220.5,50]]},{"width":8,"points":[[1,-2]]}]}',
  )
})
