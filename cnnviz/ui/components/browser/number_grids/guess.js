// Asking before a window is worked out, and what the answer was worth. Python has worked everything out; here a guess
// is only compared with it. A wrong one gets a hint and a second try.
import { button, element, textInput, write } from "../shared/elements.js"
import { fill } from "../shared/format.js"
import { Tries } from "./tries.js"

// How far a guess may be off: a mean may be told with two decimals, and exact sums are shown with all of theirs.
export const ROUNDED = 0.005 + 1e-9
export const EXACT = 1e-9

// A number as people type it, also 2,75 and 11/4, and the side of a square as 3 × 3; null for anything else.
export function numberOf(typed) {
  const square = /^\s*(\d+)\s*[x×*]\s*\1\s*$/i.exec(typed)
  if (square) return Number(square[1])
  const [top, bottom, more] = typed.trim().replaceAll(",", ".").replaceAll("−", "-").split("/")
  const value = [top, bottom ?? "1"].map((part) => (/^\s*[+-]?(\d+\.?\d*|\.\d+)\s*$/.test(part) ? Number(part) : NaN))
  const quotient = value[0] / value[1]
  return more === undefined && Number.isFinite(quotient) ? quotient : null
}

export const near = (one, other, off) => Math.abs(one - other) <= off

let made = 0 // forms, each of which needs an id for its hint

export class Guess {
  // `judge` gives the key of the label that says what is to be said of a guess, from its number, its kind and what was
  // asked about, in which every kind has its hint; `reveal` is called once the solution is to be shown; then `rest` gives
  // the focus a place, as the form that had it is gone.
  constructor(parent, kinds, judge, reveal, rest) {
    this.kinds = kinds
    this.judge = judge
    this.reveal = reveal
    this.rest = rest
    this.labels = null
    this.at = null
    this.about = null
    /** @type {string | null} the question, to tell when it is another one */
    this.asking = null
    this.tries = new Tries()
    /** @type {Record<string, Record<string, any>>} by place and kind */
    this.verdicts = {}
    this.right = 0
    this.asked = 0
    this.root = element("form", "guess", parent)
    this.question = element("p", "question", this.root)
    this.hint = element("div", "hint", this.root)
    this.hint.id = `hint-${(made += 1)}`
    this.hint.setAttribute("role", "status")
    this.inputs = Object.fromEntries(this.kinds.map((kind) => [kind, this.input(kind)]))
    this.check = button("check", this.root, "")
    this.check.type = "submit"
    this.trouble = element("p", "trouble", this.root)
    this.trouble.setAttribute("role", "alert")
    this.root.onsubmit = (event) => {
      event.preventDefault()
      this.submit()
    }
    this.forget()
  }

  input(kind) {
    const label = element("label", "", this.root)
    element("span", "", label)
    const input = textInput(label, 12)
    input.dataset.guess = kind
    return input
  }

  forget() {
    Object.assign(this, { verdicts: {}, right: 0, asked: 0 })
    this.begin()
  }

  // A question that was not asked before: no tries, no hint, empty fields.
  begin() {
    this.tries.reset()
    this.hint.replaceChildren()
    for (const kind of this.kinds) {
      this.inputs[kind].value = ""
      this.inputs[kind].readOnly = false
      this.inputs[kind].removeAttribute("aria-describedby")
    }
    write(this.trouble, "")
  }

  // What is asked about: under which name its verdicts are kept, and everything that is known of it.
  show({ labels }, at, asked, wanted, question = labels.ask) {
    Object.assign(this, { labels, at, about: asked })
    const asking = wanted ? JSON.stringify([at, asked]) : null
    if (asking !== this.asking) this.begin()
    this.asking = asking
    this.root.hidden = !wanted
    write(this.question, question)
    write(this.check, labels.check)
    for (const kind of this.kinds) write(this.inputs[kind].previousSibling, labels[`ask_${kind}`])
  }

  submit() {
    const { labels, tries } = this
    const typed = this.kinds.filter((kind) => !tries.settled(kind) && this.inputs[kind].value.trim())
    const bad = typed.find((kind) => numberOf(this.inputs[kind].value) === null)
    write(this.trouble, bad ? labels.number : "")
    if (bad) return this.inputs[bad].select()
    const guesses = typed.map((kind) => [kind, this.inputs[kind].value.trim()])
    const verdicts = Object.fromEntries(guesses.map(([kind, guess]) => [kind, this.verdict(guess, kind, this.about)]))
    if (tries.take(verdicts)) this.settle(tries.verdicts)
    else this.help()
  }

  // The solution is to be shown; a question counts once, by its last guess.
  settle(verdicts) {
    this.verdicts[this.at] = { ...verdicts }
    for (const { verdict } of Object.values(verdicts)) {
      this.asked += 1
      if (verdict === "right") this.right += 1
    }
    this.begin()
    this.reveal(this.verdicts[this.at])
    if (this.root.hidden) this.rest()
  }

  // What was right and what was not, what to do, and that there is another try. The first wrong field has the focus.
  help() {
    const { hint, labels, tries } = this
    hint.replaceChildren()
    for (const kind of this.kinds) {
      const said = tries.verdicts[kind]
      if (!said) continue
      const right = tries.settled(kind)
      element("p", `verdict ${right ? "right" : "wrong"}`, hint, said.text)
      if (!right) element("p", "advice", hint, fill(labels.hint, { hint: this.about[kind].hint }))
      this.inputs[kind].readOnly = right
    }
    element("p", "again", hint, labels.again)
    const wrong = this.kinds.filter((kind) => tries.verdicts[kind] && !tries.settled(kind))
    for (const kind of wrong) this.inputs[kind].setAttribute("aria-describedby", hint.id)
    this.inputs[wrong[0]].focus()
    this.inputs[wrong[0]].select()
  }

  verdict(guess, kind, about) {
    const verdict = this.judge(numberOf(guess), kind, about)
    return { guess, verdict, text: fill(this.labels[verdict], { guess, count: about.count }) }
  }

  focus() {
    this.inputs[this.kinds[0]].focus()
  }

  score() {
    return this.asked ? fill(this.labels.score, { right: this.right, asked: this.asked }) : ""
  }
}
