// Accounts in lines: single contributions, the account itself, the shares of a softmax.
import { button, element } from "../shared/elements.js"
import { fill } from "../shared/format.js"

const SHOWN = 8

function head(table, names) {
  const row = element("tr", "", element("thead", "", table))
  for (const name of names) element("th", "", row, name).scope = "col"
}

// The largest contributions, signed, and the rest.
export class Terms {
  constructor(parent, view, labels, panel) {
    this.view = view
    this.labels = labels
    this.panel = panel
    this.shown = Math.min(SHOWN, view.terms.length)
    this.buttons = []
    const root = element("section", "terms", parent)
    const table = element("table", "", root)
    table.setAttribute("aria-label", labels.windows)
    const weighted = view.terms[0]?.weight !== null
    head(table, weighted ? [labels.from, labels.input, labels.weight, labels.amount] : [labels.from, labels.input])
    this.body = element("tbody", "", table)
    this.foot = element("div", "others", root)
    this.more()
  }

  more() {
    for (const term of this.view.terms.slice(this.buttons.length, this.shown)) this.buttons.push(this.term(term))
    const { others, terms } = this.view
    this.foot.replaceChildren()
    const left = others.count - this.shown
    if (left < 1) return
    element("span", "", this.foot, fill(this.labels.others, { count: left }))
    if (others.amounts.length) element("strong", "amount", this.foot, others.amounts[this.shown])
    const next = Math.min(terms.length, this.shown * 3) - this.shown
    if (next > 0) {
      button("more", this.foot, fill(this.labels.more, { count: next }), () => {
        this.shown += next
        this.more()
      })
    } else element("span", "", this.foot, this.labels.in_table)
  }

  term({ name, map, row, column, value, weight, amount, size }) {
    const line = element("tr", amount?.startsWith("−") ? "negative" : "positive", this.body)
    const { layer } = this.view.source
    const go = button("go", element("td", "", line), name, () => this.panel.walk({ layer, map, row, column }, go))
    go.title = fill(this.labels.go, { name })
    element("td", "amount", line, value)
    if (weight !== null) {
      element("td", "amount", line, `× ${weight}`)
      const cell = element("td", "amount bar", line, amount)
      cell.style.setProperty("--size", size)
    }
    return go
  }

  start() {
    return this.buttons[0]
  }

  get first() {
    return this.body
  }
}

// Sum, bias, activation, value: an addend has its sign, a total a line above it. Roles are said, because rows that are
// laid out as boxes lose them.
export function account(parent, view, labels) {
  const root = element("section", "account", parent)
  const table = element("div", "lines", root)
  table.setAttribute("role", "table")
  table.setAttribute("aria-label", labels.account)
  for (const { name, label, role, amount, work } of view.lines) {
    const line = element("div", `entry ${role}`, table)
    line.setAttribute("role", "row")
    line.dataset.line = name
    element("span", "label", line, label).setAttribute("role", "rowheader")
    element("span", "formula", line, work).setAttribute("role", "cell")
    element("strong", "amount", line, amount).setAttribute("role", "cell")
  }
}

// What else there is to know, in sentences.
export function remarks(parent, { facts }) {
  const root = element("section", "remarks", parent)
  for (const fact of facts) element("p", "fact", root, fact)
  return root
}

export function shares(parent, { shares: all }, labels) {
  const root = element("section", "shares", parent)
  const table = element("table", "", root)
  table.setAttribute("aria-label", labels.softmax)
  head(table, [labels.unit, labels.logit, labels.shifted, labels.exponential, labels.share])
  const body = element("tbody", "", table)
  for (const { unit, own, texts } of all.rows) {
    const line = element("tr", own ? "own" : "", body)
    element("th", "", line, unit).scope = "row"
    for (const text of texts) element("td", "amount", line, text)
  }
  const foot = element("tr", "total", element("tfoot", "", table))
  for (const text of [labels.sum, "", "", all.total, ""]) element("td", "amount", foot, text)
}
