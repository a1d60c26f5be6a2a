// Convolution by hand. Data in: [{example, values, kernel, margins, reached, out, size, windows, guess, guesses, score,
// facts, ack, heard, problem, labels}], everything worked out by Python. State out, "typed": {image, kernel, shown, pasted, into,
// seq}, the texts of all cells after one was changed and those that stood there before; "guessed": {messages: [{example, place, text, right, seq}], seq}.
import { Backlog, Sequence } from "../shared/acked_channel.js"
import { component } from "../shared/component.js"
import { call, element, write } from "../shared/elements.js"
import { fill } from "../shared/format.js"
import { iconButton, setIcon } from "../shared/icons.js"
import { appendTerms } from "../shared/terms.js"
import { EXACT, Guess, near } from "../number_grids/guess.js"
import { Numbers } from "../number_grids/numbers.js"
import { Products } from "./products.js"
import { Results } from "../number_grids/results.js"
import { Walk } from "../number_grids/walk.js"

const MAX_CELL = 44 // CSS pixels
const MIN_CELL = 22
const SPEEDS = [0.5, 1, 2, 4]
const SIZE = -1 // the place of the guess about the size
const NO_MARGINS = [0, 0, 0, 0]

// What is to be said of a guess: the key of a label.
function judged(guess, kind, about) {
  if (near(guess, about[kind].value, EXACT)) return "right"
  const mistake = Object.entries(about.mistakes).find(([, value]) => near(guess, value, EXACT))
  return mistake ? `is_${mistake[0]}` : "wrong"
}

// What is known of the size, as of a window.
const sizeAsked = (size) => ({ size, mistakes: size.mistakes })

class ConvGrid {
  constructor(root) {
    this.root = root
    this.sequence = new Sequence()
    this.guesses = new Backlog()
    this.data = null
    /** @type {(typed: object) => void} */
    this.send = null
    /** @type {(guesses: object) => void} */
    this.tellGuesses = null
    this.sized = false // the size of the feature map is known
    this.walk = new Walk(() => this.show())
    this.build()
    this.observer = new ResizeObserver(([{ contentRect }]) => this.fit(contentRect.width))
    this.observer.observe(root)
  }

  build() {
    const { root } = this
    root.replaceChildren()
    const tables = element("div", "tables", root)
    this.captions = {}
    this.image = this.input(tables, "image")
    this.struck = element("p", "skipped-note", this.image.root.parentElement)
    this.kernel = this.input(tables, "kernel")
    this.results = new Results(tables, "sum", (place) => this.go(place))
    this.unsized = element("p", "unsized", this.results.root)
    this.body = element("section", "body", root)
    this.controls()
    const rest = () => (this.sumGuess.root.hidden ? this.row : this.sumGuess).focus()
    this.sizeGuess = new Guess(this.body, ["size"], judged, ({ size }) => this.guessed(SIZE, size), rest)
    this.sumGuess = new Guess(this.body, ["sum"], judged, ({ sum }) => this.guessed(this.walk.at, sum), rest)
    this.work = element("div", "work", this.body)
    this.work.setAttribute("aria-live", "polite")
    this.sizeVerdict = element("p", "line-of-work size", this.work)
    this.products = new Products(this.work, (at, tap) => this.light(at, tap))
    this.sum = element("p", "line-of-work sum", this.work)
    this.outside = element("p", "note", this.work)
    this.facts = element("div", "facts", root)
    this.problem = element("p", "trouble", root)
    this.problem.setAttribute("role", "alert")
  }

  input(parent, name) {
    const figure = element("figure", `input ${name}`, parent)
    this.captions[name] = element("figcaption", "name", figure)
    return new Numbers(figure, () => this.typed(), { pasted: (text) => this.typed(text, name) })
  }

  controls() {
    const row = element("div", "controls", this.body)
    row.tabIndex = 0
    row.setAttribute("role", "toolbar")
    row.onkeydown = (event) => this.key(event, row)
    this.row = row
    this.buttons = {
      back: iconButton("back", row, () => this.stop(() => this.back())),
      play: iconButton("play", row, () => this.play()),
      forward: iconButton("forward", row, () => this.stop(() => this.forward())),
      restart: iconButton("restart", row, () => this.restart()),
    }
    this.speed = element("select", "speed", row)
    for (const speed of SPEEDS) this.speed.add(new Option(`${speed}×`, String(speed), speed === 1, speed === 1))
    this.speed.onchange = () => (this.walk.speed = Number(this.speed.value))
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches
    this.buttons.play.hidden = this.speed.hidden = still
    this.here = element("output", "here", row)
    this.score = element("span", "score", row)
  }

  key(event, row) {
    if (event.target === this.speed) return
    const onButton = event.target !== row
    const known = {
      ArrowRight: () => this.forward(),
      ArrowLeft: () => this.back(),
      Home: () => this.reach(0),
      End: () => this.reach(this.walk.count - 1),
    }
    if (known[event.key]) this.stop(known[event.key])
    else if (event.key === " " && !onButton && !this.buttons.play.hidden) this.play()
    else return
    event.preventDefault()
  }

  stop(then) {
    this.walk.pause()
    then()
  }

  get asks() {
    return this.data.guess
  }

  // First the size, then window by window what it gives.
  forward() {
    if (this.sized) return this.walk.forward(!this.asks)
    this.sized = true
    this.show()
  }

  back() {
    if (this.walk.at > 0) this.walk.back(!this.asks)
  }

  reach(place) {
    this.sized = true
    this.walk.go(place, !this.asks)
  }

  go(place) {
    this.stop(() => this.reach(place))
  }

  play() {
    this.sized = true
    this.walk.toggle()
  }

  restart() {
    this.walk.restart(this.data.windows.length)
    this.sized = !this.asks
    if (!this.asks) this.walk.known[0] = true
    this.show()
  }

  guessed(place, said) {
    if (place === SIZE) this.sized = true
    else this.walk.known[place] = true
    if (said) {
      const { guess: text, verdict } = said
      const { example } = this.data
      this.tellGuesses(this.guesses.add({ example, place, text, right: verdict === "right" }))
    }
    this.show()
  }

  receive(data, send, tellGuesses) {
    const before = this.data
    const answered = this.sequence.answered(data.ack)
    this.guesses.answered(data.heard)
    Object.assign(this, { data, send, tellGuesses })
    if (!answered) return // a newer text is on its way to Python
    if (data.problem || before?.ack !== data.ack) this.refuse(data.problem)
    this.fill()
    this.fit(this.width)
    const geometry = JSON.stringify([data.out, data.margins, data.kernel.length, data.windows.map(({ box }) => box)])
    if (geometry !== this.geometry) this.restart()
    if (before?.example !== data.example || before?.labels !== data.labels) this.remember()
    this.geometry = geometry
    if (!data.guess) this.sized = this.walk.known[this.walk.at] = true
    this.show()
  }

  fill() {
    const { values, kernel, margins, reached, labels } = this.data
    const named = (name) => ({ grid: labels[`${name}_grid`], cell: labels[`${name}_cell`] })
    this.image.show({ values, margins, reached, outside: "0", labels: named("image") })
    this.kernel.show({ values: kernel, margins: NO_MARGINS, labels: named("kernel") })
  }

  // What was guessed earlier in this visit is known, and so is what it was worth; also what Python has not heard yet.
  remember() {
    const { example, guesses, windows, size, labels } = this.data
    for (const guess of [this.sizeGuess, this.sumGuess]) Object.assign(guess, { verdicts: {}, labels })
    const unheard = this.guesses.messages.filter((guess) => guess.example === example)
    const all = { ...guesses, ...Object.fromEntries(unheard.map(({ place, text }) => [place, text])) }
    for (const [key, text] of Object.entries(all)) {
      const place = Number(key)
      if (place === SIZE) {
        this.sizeGuess.verdicts[SIZE] = { size: this.sizeGuess.verdict(text, "size", sizeAsked(size)) }
        this.sized = true
      } else if (windows[place]) {
        this.sumGuess.verdicts[place] = { sum: this.sumGuess.verdict(text, "sum", windows[place]) }
        this.walk.known[place] = true
      }
    }
  }

  refuse(problem) {
    for (const name of ["image", "kernel"]) this[name].refuse(problem?.grid === name ? problem : null)
    write(this.problem, problem?.text ?? "")
  }

  typed(pasted = "", into = "") {
    const { image, kernel } = this
    const shown = { image: image.values, kernel: kernel.values }
    this.send({ image: image.texts(), kernel: kernel.texts(), shown, pasted, into, seq: this.sequence.next() })
  }

  // Cells as large as the place allows, the same in all tables.
  fit(width) {
    this.width = width
    if (!width || !this.image.size) return
    const side = Math.floor((width - 4) / Math.max(this.image.size.columns, 4))
    this.root.style.setProperty("--cell", `${Math.max(MIN_CELL, Math.min(MAX_CELL, side))}px`)
  }

  light(at, tap) {
    this.image.light(at)
    this.kernel.light(tap)
  }

  show() {
    const { data, walk, buttons, sized } = this
    if (!data || !walk.count) return
    const { labels, windows } = data
    const window = windows[walk.at]
    const known = sized && walk.known[walk.at]
    for (const name of ["image", "kernel"]) write(this.captions[name], labels[name])
    this.image.look(window, known)
    this.image.frame.hidden = !sized
    this.root.classList.toggle("is-unsized", !sized)
    this.results.show(data, walk)
    write(this.unsized, labels.unsized)
    const [top, left, bottom, right] = window.box.map((at) => String(at).replace("-", "−"))
    const place = fill(labels.place, { top, bottom, left, right })
    const here = `${fill(labels.here, { number: walk.at + 1, count: walk.count })}: ${place}`
    write(this.here, sized ? here : labels.first)
    this.row.setAttribute("aria-label", labels.windows)
    this.speed.setAttribute("aria-label", labels.speed)
    buttons.back.disabled = !sized || walk.at === 0
    buttons.forward.disabled = sized && walk.ended
    const word = walk.playing ? "pause" : "play"
    setIcon(buttons.play, word)
    for (const name of ["back", "forward", "restart"]) call(buttons[name], labels[name])
    call(buttons.play, labels[word])
    this.ask(window, known)
    this.tell(window, known)
    const unreached = !data.reached.rows.every(Boolean) || !data.reached.columns.every(Boolean)
    write(this.struck, unreached && sized ? labels.struck : "")
    Object.assign(this.root.dataset, {
      at: walk.at,
      known: walk.known.filter(Boolean).length,
      playing: Boolean(walk.playing),
      sized: Boolean(sized),
    })
  }

  ask(window, known) {
    const { data, walk, sized } = this
    const { labels } = data
    const named = (kind) => ({ labels: { ...labels, [`ask_${kind}`]: labels[`label_${kind}`] } })
    this.sizeGuess.show(named("size"), SIZE, sizeAsked(data.size), data.guess && !sized, labels.ask_size)
    this.sumGuess.show(named("sum"), walk.at, window, data.guess && sized && !known && !walk.playing, labels.ask_sum)
    write(this.score, this.scored())
  }

  // Python counts the guesses of the whole visit; those that it has not heard yet are added.
  scored() {
    const { guesses, score, labels } = this.data
    let [right, asked] = score
    const said = [...Object.entries(this.sizeGuess.verdicts), ...Object.entries(this.sumGuess.verdicts)]
    for (const [place, verdicts] of said) {
      const one = Object.values(verdicts)[0]
      if (!one || guesses[place] !== undefined) continue
      asked += 1
      if (one.verdict === "right") right += 1
    }
    return asked ? fill(labels.score, { right, asked }) : ""
  }

  // How the size and the present sum come about, and what the guesses were worth.
  tell(window, known) {
    const { data, sized } = this
    const { labels } = data
    const drawn = JSON.stringify([sized, known, window, data.facts, this.sizeGuess.verdicts, this.sumGuess.verdicts])
    if (drawn === this.drawn) return
    this.drawn = drawn
    const sizeSaid = sized && this.sizeGuess.verdicts[SIZE]?.size
    this.line(this.sizeVerdict, sizeSaid, [["sum", data.size.work]], Boolean(sizeSaid))
    this.products.show(known ? window : null, data.kernel[0].length, labels.products)
    const total = [
      ["why", labels.total],
      ["sum", window.sum.work],
    ]
    this.line(this.sum, this.sumGuess.verdicts[this.walk.at]?.sum, total, known)
    write(this.outside, known && window.outside ? fill(labels.outside, { count: window.outside }) : "")
    this.facts.replaceChildren()
    if (sized) for (const fact of data.facts) appendTerms(element("p", "fact", this.facts), fact)
    this.light()
  }

  line(parent, said, parts, shown) {
    parent.hidden = !shown
    parent.replaceChildren()
    if (!shown) return
    if (said) element("span", `verdict ${said.verdict === "right" ? "right" : "wrong"}`, parent, said.text)
    for (const [name, text] of parts) element("span", name, parent, text)
  }

  dispose() {
    this.walk.pause()
    this.observer.disconnect()
  }
}

export default component("conv_grid", ConvGrid, (grid, { data, setStateValue }) => {
  const tell = (event) => (value) => setStateValue(event, value)
  grid.receive(data[0], tell("typed"), tell("guessed"))
})
