// Asking before a window is worked out, and what the answer was worth. Python has worked everything out; here a guess
// is only compared with it.
import { element, fill, write } from "./elements.js"

const CLOSE = 0.005 + 1e-9 // a mean may be told with two decimals
const KINDS = ["max", "mean"]

// A number as people type it, also 2,75 and 11/4; null for anything else.
export function numberOf(typed) {
  const [top, bottom, more] = typed.trim().replaceAll(",", ".").replaceAll("−", "-").split("/")
  const value = [top, bottom ?? "1"].map((part) => (/^\s*[+-]?(\d+\.?\d*|\.\d+)\s*$/.test(part) ? Number(part) : NaN))
  const quotient = value[0] / value[1]
  return more === undefined && Number.isFinite(quotient) ? quotient : null
}

const near = (one, other) => Math.abs(one - other) <= CLOSE

// The key of the label that says what is to be said of a guess.
export function judged(guess, kind, window) {
  if (near(guess, window[kind].value)) return "right"
  if (near(guess, window[kind === "max" ? "mean" : "max"].value)) return "is_other"
  if (kind === "mean" && window.outside && near(guess, window.total / (window.count + window.outside))) return "is_padded"
  return kind === "mean" && near(guess, window.total) ? "is_sum" : "wrong"
}

export class Guess {
  constructor(parent, reveal) {
    this.root = element("form", "guess", parent)
    this.question = element("p", "question", this.root)
    this.inputs = Object.fromEntries(KINDS.map((kind) => [kind, this.input(kind)]))
    this.check = element("button", "check", this.root)
    this.check.type = "submit"
    this.trouble = element("p", "trouble", this.root)
    this.trouble.setAttribute("role", "alert")
    this.root.onsubmit = (event) => {
      event.preventDefault()
      this.submit()
    }
    this.reveal = reveal
    this.forget()
  }

  input(kind) {
    const label = element("label", "", this.root)
    element("span", "", label)
    const input = element("input", "", label)
    Object.assign(input, { type: "text", inputMode: "text", autocomplete: "off", maxLength: 12, spellcheck: false })
    input.dataset.guess = kind
    return input
  }

  forget() {
    Object.assign(this, { verdicts: {}, right: 0, asked: 0 })
    this.empty()
  }

  empty() {
    for (const kind of KINDS) this.inputs[kind].value = ""
    write(this.trouble, "")
  }

  show(data, at, wanted) {
    Object.assign(this, { data, at })
    const { labels } = data
    this.root.hidden = !wanted
    write(this.question, labels.ask)
    write(this.check, labels.check)
    for (const kind of KINDS) write(this.inputs[kind].previousSibling, labels[`ask_${kind}`])
  }

  submit() {
    const { windows, labels } = this.data
    const typed = KINDS.filter((kind) => this.inputs[kind].value.trim())
    const bad = typed.find((kind) => numberOf(this.inputs[kind].value) === null)
    write(this.trouble, bad ? labels.number : "")
    if (bad) return this.inputs[bad].select()
    this.verdicts[this.at] = {}
    for (const kind of typed) {
      const guess = this.inputs[kind].value.trim()
      const verdict = judged(numberOf(guess), kind, windows[this.at])
      this.verdicts[this.at][kind] = { verdict, text: fill(labels[verdict], { guess, count: windows[this.at].count }) }
      this.asked += 1
      if (verdict === "right") this.right += 1
    }
    this.empty()
    this.reveal()
  }

  score() {
    return this.asked ? fill(this.data.labels.score, { right: this.right, asked: this.asked }) : ""
  }
}
