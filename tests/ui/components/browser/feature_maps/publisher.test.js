// What a channel's viewers get: Python's values, the browser's while the pen moves, and those again if Python confirms
// them.
import assert from "node:assert/strict"
import { beforeEach, test } from "node:test"
import { addSigned } from "../../../../../cnnviz/ui/components/browser/feature_maps/check.js"
import { Publisher } from "../../../../../cnnviz/ui/components/browser/feature_maps/publisher.js"
import { published } from "../../../../../cnnviz/ui/components/browser/shared/channels.js"
import { hear } from "../../../../../cnnviz/ui/components/browser/shared/followers.js"
import * as live from "../../../../../cnnviz/ui/components/browser/shared/live.js"

const page = /** @type {any} */ (globalThis)
page.reportError = (error) => {
  throw error
}

const SENT = Float32Array.of(1, 2)
const OWN = Float32Array.of(3, -4)
let asked = 0

function block(changes) {
  const made = { id: "conv/before", kind: "maps", rows: 1, columns: 2, maps: 1, exact: true, levels: null, check: null }
  return { ...made, always_signed: true, ...changes }
}

const reading = (values) => /** @type {any} */ ({ layers: new Map([["conv", { before: values, after: values }]]) })

function header(changes) {
  const made = { channel: "test", network: null, links: null, note: "", turn: 0, texts: { conv: "It found an edge." } }
  return { ...made, live: true, checked: false, blocks: [block({ values: SENT })], ...changes }
}

const confirmed = (values) =>
  header({ checked: true, blocks: [block({ exact: false, check: [...addSigned(values)] })], texts: { conv: "New." } })

function draw(publisher, values) {
  live.show(reading(values))
  live.lift()
  return publisher
}

const shown = () => published("test").blocks.get("conv/before")
let publisher

beforeEach(() => {
  publisher?.dispose()
  publisher = new Publisher(/** @type {any} */ ({ isConnected: true }))
  publisher.receive(header({}))
  asked = 0
  hear(() => (asked += 1))
})

test("values that Python has confirmed stand, with what it says of them", () => {
  draw(publisher, OWN)
  publisher.receive(confirmed(OWN))
  const { live: moves, reading: read, texts } = published("test")
  assert.deepEqual([shown().values, shown().exact, shown().settled], [OWN, false, true])
  assert.deepEqual([Boolean(moves), read, texts], [false, live.lifted(), { conv: "New." }])
  live.restore()
  assert.equal(shown().values, OWN, "what Python sent before is over")
  assert.equal(asked, 0)
})

test("where Python has read something else, its values are asked for, and the old ones do not come back", () => {
  draw(publisher, OWN)
  publisher.receive(confirmed(SENT))
  assert.equal(asked, 1)
  live.restore()
  assert.equal(shown().values, OWN)
  publisher.receive(header({ blocks: [block({ values: SENT })] }))
  assert.deepEqual([shown().values, shown().exact, published("test").reading], [SENT, true, null])
})

test("what cannot be compared is asked for", () => {
  draw(publisher, Float32Array.of(1, 2, 3))
  publisher.receive(confirmed(OWN))
  assert.equal(asked, 1)
})

test("a stroke that has begun meanwhile moves on", () => {
  draw(publisher, OWN)
  live.show(reading(SENT))
  publisher.receive(confirmed(OWN))
  assert.deepEqual([shown().values, published("test").live, shown().settled], [SENT, true, false])
  assert.equal(asked, 0)
})
