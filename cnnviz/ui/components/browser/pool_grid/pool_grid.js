// Pooling by hand. Data in: [{values, margins, out, read, windows, guess, ack, problem, labels}], everything worked out by
// Python. State out, "typed": {cells, shown, seq}: the texts of all cells after one was changed, and those that
// stood there before.
import { Sequence } from "../shared/acked_channel.js"
import { component } from "../shared/component.js"
import { call, element, write } from "../shared/elements.js"
import { fill } from "../shared/format.js"
import { iconButton, setIcon } from "../shared/icons.js"
import { Guess, ROUNDED, near } from "../number_grids/guess.js"
import { Numbers } from "../number_grids/numbers.js"
import { Results } from "../number_grids/results.js"
import { Walk } from "../number_grids/walk.js"

const KINDS_SHOWN = ["max", "mean"]
const MAX_CELL = 48 // CSS pixels
const MIN_CELL = 30

// What is to be said of a guess: the key of a label.
function judged(guess, kind, window) {
  if (near(guess, window[kind].value, ROUNDED)) return "right"
  if (near(guess, window[kind === "max" ? "mean" : "max"].value, ROUNDED)) return "is_other"
  if (kind === "mean" && window.outside && near(guess, window.total / (window.count + window.outside), ROUNDED))
    return "is_padded"
  return kind === "mean" && near(guess, window.total, ROUNDED) ? "is_sum" : "wrong"
}

class PoolGrid {
  constructor(root) {
    this.root = root
    this.sequence = new Sequence()
    this.data = null
    /** @type {(typed: object) => void} */
    this.send = null
    this.walk = new Walk(() => this.show())
    this.build()
    this.observer = new ResizeObserver(([{ contentRect }]) => this.fit(contentRect.width))
    this.observer.observe(root)
  }

  build() {
    const { root } = this
    root.replaceChildren()
    const tables = element("div", "tables", root)
    const input = element("figure", "input", tables)
    this.caption = element("figcaption", "name", input)
    this.numbers = new Numbers(input, (cells) => this.typed(cells))
    this.skipped = element("p", "skipped-note", input)
    this.results = KINDS_SHOWN.map((kind) => new Results(tables, kind, (place) => this.go(place)))
    this.body = element("section", "body", root)
    this.problem = element("p", "trouble", root)
    this.problem.setAttribute("role", "alert")
    this.controls()
    this.work = element("div", "work", this.body)
    this.work.setAttribute("aria-live", "polite")
    const reveal = () => this.walk.go(this.walk.at, true)
    this.guess = new Guess(this.body, KINDS_SHOWN, judged, reveal, () => this.row.focus())
  }

  controls() {
    const row = element("div", "controls", this.body)
    row.tabIndex = 0
    row.setAttribute("role", "toolbar")
    row.onkeydown = (event) => this.key(event, row)
    this.row = row
    this.buttons = {
      back: iconButton("back", row, () => this.stop(() => this.walk.back(!this.data.guess))),
      play: iconButton("play", row, () => this.walk.toggle()),
      forward: iconButton("forward", row, () => this.stop(() => this.walk.forward(!this.data.guess))),
      restart: iconButton("restart", row, () => this.restart()),
    }
    this.buttons.play.hidden = matchMedia("(prefers-reduced-motion: reduce)").matches
    this.here = element("output", "here", row)
    this.score = element("span", "score", row)
  }

  key(event, row) {
    const { walk, data } = this
    const onButton = event.target !== row
    const known = {
      ArrowRight: () => walk.forward(!data.guess),
      ArrowLeft: () => walk.back(!data.guess),
      Home: () => walk.go(0, !data.guess),
      End: () => walk.go(walk.count - 1, !data.guess),
    }
    if (known[event.key]) this.stop(known[event.key])
    else if (event.key === " " && !onButton && !this.buttons.play.hidden) walk.toggle()
    else return
    event.preventDefault()
  }

  stop(then) {
    this.walk.pause()
    then()
  }

  go(place) {
    this.stop(() => this.walk.go(place, !this.data.guess))
  }

  restart() {
    this.guess.forget()
    this.walk.restart(this.data.windows.length)
    if (!this.data.guess) this.walk.known[0] = true
    this.show()
  }

  receive(data, send) {
    const before = this.data
    const answered = this.sequence.answered(data.ack)
    Object.assign(this, { data, send })
    if (!answered) return // a newer text is on its way to Python
    if (data.problem || before?.ack !== data.ack) this.refuse(data.problem)
    this.numbers.show(data)
    this.fit(this.width)
    const geometry = JSON.stringify([data.out, data.margins, data.windows.map(({ box }) => box)])
    if (geometry !== this.geometry) this.restart()
    else if (JSON.stringify(before.values) !== JSON.stringify(data.values)) this.guess.verdicts = {}
    this.geometry = geometry
    if (!data.guess) this.walk.known[this.walk.at] = true
    this.show()
  }

  refuse(problem) {
    this.numbers.refuse(problem)
    write(this.problem, problem?.text ?? "")
  }

  typed(cells) {
    this.send({ cells, shown: this.numbers.values, seq: this.sequence.next() })
  }

  // Cells as large as the place allows, the same in all three tables.
  fit(width) {
    this.width = width
    if (!width || !this.numbers.size) return
    const side = Math.floor((width - 12) / Math.max(this.numbers.size.columns, 4))
    this.root.style.setProperty("--cell", `${Math.max(MIN_CELL, Math.min(MAX_CELL, side))}px`)
  }

  show() {
    const { data, walk, buttons } = this
    if (!data || !walk.count) return
    const { labels, windows } = data
    const window = windows[walk.at]
    const known = walk.known[walk.at]
    write(this.caption, labels.input)
    this.numbers.look(window, known)
    for (const result of this.results) result.show(data, walk)
    const [top, left, bottom, right] = window.box
    const place = fill(labels.place, { top, bottom, left, right })
    write(this.here, `${fill(labels.here, { number: walk.at + 1, count: walk.count })}: ${place}`)
    this.row.setAttribute("aria-label", labels.windows)
    buttons.back.disabled = walk.at === 0
    buttons.forward.disabled = walk.ended
    const word = walk.playing ? "pause" : "play"
    setIcon(buttons.play, word)
    for (const name of ["back", "forward", "restart"]) call(buttons[name], labels[name])
    call(buttons.play, labels[word])
    this.guess.show(data, walk.at, window, data.guess && !known && !walk.playing)
    this.tell(window, known)
    write(this.score, this.guess.score())
    const skips = data.read.some((row) => row.includes(0))
    write(this.skipped, skips ? labels.skipped : "")
    Object.assign(this.root.dataset, {
      at: walk.at,
      known: walk.known.filter(Boolean).length,
      playing: Boolean(walk.playing),
    })
  }

  // How both numbers of the present window come about, and what the guesses were worth.
  tell(window, known) {
    const { labels } = this.data
    const verdicts = this.guess.verdicts[this.walk.at] ?? {}
    const lines = known
      ? KINDS_SHOWN.map((kind) => [kind, labels[kind], window[kind].work, labels[`why_${kind}`], verdicts[kind]])
      : []
    const outside = window.outside ? fill(labels.outside, { count: window.outside }) : ""
    const drawn = JSON.stringify([lines, outside])
    if (drawn === this.drawn) return
    this.drawn = drawn
    this.work.replaceChildren()
    for (const [kind, name, work, why, verdict] of lines) {
      const line = element("p", `line-of-work ${kind}`, this.work)
      element("strong", "", line, name)
      if (verdict) element("span", `verdict ${verdict.verdict === "right" ? "right" : "wrong"}`, line, verdict.text)
      element("span", "sum", line, work)
      element("span", "why", line, why)
    }
    if (outside) element("p", "note", this.work, outside)
  }

  dispose() {
    this.walk.pause()
    this.observer.disconnect()
  }
}

export default component("pool_grid", PoolGrid, (grid, { data, setStateValue }) => {
  grid.receive(data[0], (typed) => setStateValue("typed", typed))
})
