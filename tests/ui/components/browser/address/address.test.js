// The address bar takes the newest link, whichever element of the page brings it.
import assert from "node:assert/strict"
import { test } from "node:test"

const location = { pathname: "/Layers", search: "", hash: "" }

/** Put what is given into the address, as a browser does. */
function setAddress(_state, _title, address) {
  location.search = new URL(address, "http://localhost").search
}

const history = { state: {}, replaceState: setAddress, pushState: setAddress }
globalThis.window = /** @type {any} */ ({ location, history, addEventListener() {} })
globalThis.document = /** @type {any} */ ({ addEventListener() {} })
const { default: show } = await import("../../../../../cnnviz/ui/components/browser/address/address.js")

/** Return a function that brings an element of its own a link, as Streamlit does, and lets it write it down. */
function mountElement() {
  const root = { isConnected: true }
  const parentElement = /** @type {any} */ ({ querySelector: () => root })
  return (query, written, place = "") => {
    const data = [{ query, written, moves: 0, place }]
    const leave = /** @type {() => void} */ (show(/** @type {any} */ ({ data, parentElement })))
    root.isConnected = false
    return new Promise((resolve) => {
      leave() // an element that goes writes at once what is waiting
      setTimeout(() => {
        root.isConnected = true
        resolve(location.search)
      })
    })
  }
}

test("a newer link replaces an older one, and an element shown as an earlier run left it changes nothing", async () => {
  const [page, ledger] = [mountElement(), mountElement()]
  assert.equal(await page("cell=conv2d.5&d=x", 1_000, "conv2d.5"), "?cell=conv2d.5&d=x")
  assert.equal(await ledger("d=x", 2_000), "?d=x")
  assert.equal(await page("cell=conv2d.5&d=x", 1_000, "conv2d.5"), "?d=x")
  assert.equal(await mountElement()("cell=conv2d.5&d=x", 1_000, "conv2d.5"), "?d=x")
  assert.equal(await page("d=y", 3_000), "?d=y")
  assert.equal(await ledger("d=y", 3_000), "?d=y")
})
