import assert from "node:assert/strict"
import { test } from "node:test"

import { channelsOf, isLight } from "../../../../../cnnviz/ui/components/browser/shared/theme.js"

test("a colour of a style sheet is taken apart into its channels", () => {
  assert.deepEqual(channelsOf(" #c25700"), [194, 87, 0])
  assert.deepEqual(channelsOf("#0072b2"), [0, 114, 178])
})

test("light text is distinguished from dark text", () => {
  assert.equal(isLight("rgb(230, 237, 241)"), true)
  assert.equal(isLight("rgb(23, 34, 43)"), false)
})
