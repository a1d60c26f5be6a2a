// Runs in the page before Streamlit: notes when something that matters has been painted, in the page's own clock.
// A change is painted when the frame after it has been drawn: an animation frame, then the task that follows it.
;(() => {
  const now = () => performance.now()
  const watch = (window.watch = {
    sent: -1,
    received: -1,
    changed: -1,
    down: -1,
    up: -1, // times, ms
    outgoing: 0,
    messages: 0,
    bytes: 0, // what went through the websocket
    marks: [], // [kind, time]: "prediction" another answer to read, "update" an answer, "maps" maps or charts
    firstPaint: null,
  })

  const pending = {}
  function changed(kind) {
    watch.changed = now()
    if (pending[kind]) return
    pending[kind] = true
    requestAnimationFrame(() => {
      pending[kind] = false
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => watch.marks.push([kind, now()])
      port2.postMessage(0)
    })
  }

  // Components live in shadow roots, which an observer of the document does not see.
  const roots = new Set()
  const observer = new MutationObserver(look)
  const wanted = {
    subtree: true,
    childList: true,
    characterData: true,
    attributes: true,
    attributeFilter: ["data-painted"],
  }
  const attach = Element.prototype.attachShadow
  Element.prototype.attachShadow = function (options) {
    const root = attach.call(this, options)
    roots.add(root)
    observer.observe(root, wanted)
    return root
  }
  observer.observe(document, wanted)

  const inRoots = (selector) =>
    [...roots].filter((root) => root.isConnected).flatMap((root) => [...root.querySelectorAll(selector)])
  watch.digit = () => document.querySelector(".st-key-predicted-digit")?.textContent.trim() ?? ""
  watch.mosaics = () => inRoots('canvas[data-role="mosaic"]').map((canvas) => Number(canvas.dataset.painted))
  // No pad waits for the network with which it reads what is drawn.
  watch.ready = () => !inRoots('.pad[data-answers="soon"]').length
  const bars = () => inRoots(".bars")

  const isChart = (node) => (node.closest ? node : node.parentElement)?.closest?.('[data-testid="stPlotlyChart"]')
  const before = { prediction: "", update: "" }
  function look(records) {
    if (
      records.some(({ target, attributeName }) => (attributeName ? target.dataset.role === "mosaic" : isChart(target)))
    )
      changed("maps")
    const shares = bars()
    // Without what is only told to screen readers.
    const prediction = [watch.digit(), ...shares.map((each) => each.querySelector("table")?.textContent)].join("|")
    const update = [prediction, ...shares.map((each) => each.dataset.painted)].join("|")
    if (prediction !== before.prediction) changed("prediction")
    if (update !== before.update) changed("update")
    Object.assign(before, { prediction, update })
  }

  window.WebSocket = class extends WebSocket {
    constructor(...where) {
      super(...where)
      this.addEventListener("message", ({ data }) => {
        watch.received = now()
        watch.messages += 1
        watch.bytes += data.byteLength ?? data.size ?? data.length
      })
    }
    send(data) {
      watch.sent = now()
      watch.outgoing += 1
      super.send(data)
    }
  }

  addEventListener("pointerdown", () => Object.assign(watch, { down: now(), up: -1 }), true)
  addEventListener("pointerup", () => Object.assign(watch, { up: now(), atUp: watch.mosaics() }), true)

  // Nothing under way: all that was sent after `since` is answered, and for a while nothing moved.
  watch.idle = (since, quiet) => {
    const last = Math.max(watch.sent, watch.received, watch.changed)
    const state = document.querySelector("[data-test-script-state]")?.dataset.testScriptState
    return state === "notRunning" && watch.sent > since && watch.received > watch.sent && now() - last > quiet
  }

  watch.begin = () =>
    Object.assign(watch, { marks: [], outgoing: 0, messages: 0, bytes: 0, mosaicsBefore: watch.mosaics() })
})()
