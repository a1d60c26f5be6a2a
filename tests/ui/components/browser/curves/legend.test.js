// The legend has one line a curve, however many panels show it.
import assert from "node:assert/strict"
import { test } from "node:test"
import { named } from "../../../../../cnnviz/ui/components/browser/curves/legend.js"

const series = (id, label = "") => ({ id, label })

test("a curve of both panels has one line, and what belongs to another has none", () => {
  const panels = [
    { series: [series("raw"), series("a", "A"), series("b", "B")] },
    { series: [series("raw"), series("a", "A"), series("c", "C")] },
  ]
  assert.deepEqual(
    named(panels).map(({ id }) => id),
    ["a", "b", "c"],
  )
})
