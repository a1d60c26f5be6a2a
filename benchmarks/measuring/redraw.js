// Runs in the page before Streamlit: notes when messages came and when something was last drawn, on a canvas or as SVG.
;(() => {
  const redraw = (window.redraw = { begin: () => Object.assign(redraw, { first: 0, bytes: 0, drawn: 0, made: 0 }) })
  redraw.begin()
  const noted = () => (redraw.drawn = performance.now())
  for (const name of ["stroke", "fill", "fillText", "clearRect", "drawImage"]) {
    const draw = CanvasRenderingContext2D.prototype[name]
    CanvasRenderingContext2D.prototype[name] = function (...given) {
      noted()
      return draw.apply(this, given)
    }
  }

  // Charts that are made anew put new canvases or pictures into the page.
  const isPicture = (node) => node.nodeType === 1 && (node.matches("canvas, svg") || node.querySelector("canvas, svg"))
  const observer = new MutationObserver((records) => {
    if (records.some(({ target }) => target instanceof SVGElement)) noted()
    redraw.made += records.flatMap(({ addedNodes }) => [...addedNodes]).filter(isPicture).length
  })
  const wanted = { subtree: true, childList: true, attributes: true }
  const attach = Element.prototype.attachShadow
  Element.prototype.attachShadow = function (options) {
    const root = attach.call(this, options)
    observer.observe(root, wanted)
    return root
  }
  observer.observe(document, wanted)

  window.WebSocket = class extends WebSocket {
    constructor(...where) {
      super(...where)
      this.addEventListener("message", ({ data }) => {
        redraw.first ||= performance.now()
        redraw.bytes += data.byteLength ?? data.size ?? data.length
      })
    }
  }

  // Drawn since the beginning, and nothing more for a while.
  redraw.over = (quiet) => redraw.drawn > redraw.first && redraw.first && performance.now() - redraw.drawn > quiet
})()
