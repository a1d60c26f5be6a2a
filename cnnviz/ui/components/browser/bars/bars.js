// Shares of one as bars: a table with a row a class. Data in: [{values, exact, names, answer, labels, told}]; values
// is null as long as there is no answer. `told` is a number and what screen readers say when it grows. With `live` the
// shares follow what the browser reads while the pen moves.
import { component } from "../shared/component.js"
import { countPaint, element, write } from "../shared/elements.js"
import { follow } from "../shared/followers.js"
import { fill, percent } from "../shared/format.js"
import * as live from "../shared/live.js"

const MAX_SHORT = 10 // letters of a name that stands on one line
const MAX_LINE = 24 // letters of a line of a longer one
const WIDE = 0x1100 // from here on a letter may be as wide as two

// Roles are said, because a table laid out as a grid loses them in some browsers.
const ROLES = { table: "table", tbody: "rowgroup", thead: "rowgroup", tr: "row", td: "cell" }

function part(tag, className, parent, text) {
  const made = element(tag, className, parent, text)
  made.setAttribute("role", ROLES[tag])
  return made
}

class Table {
  constructor(root) {
    this.root = root
    root.dataset.painted = 0
    this.following = false // the browser's own answer is shown
  }

  build({ names, labels }) {
    this.names = names.join("\n")
    this.root.replaceChildren()
    const table = part("table", "", this.root)
    this.caption = element("caption", "unseen", table)
    const head = part("tr", "unseen", part("thead", "", table))
    for (const text of [labels.name, labels.share]) {
      element("th", "", head, text).setAttribute("role", "columnheader")
    }
    const body = part("tbody", "", table)
    // Every row is a grid of its own: without a common width bars beside names would begin at different places.
    const { width, wraps } = findRoom(names)
    this.root.style.setProperty("--name", width)
    this.root.classList.toggle("wraps", wraps)
    this.rows = names.map((name, place) => this.row(name, place, body))
    this.keepRoom(names.length)
    this.status = element("span", "unseen", this.root)
    this.status.setAttribute("role", "status")
    this.told = 0
    this.readout = element("output", "readout", this.root)
    this.readout.dataset.role = "exact"
    this.current = 0
  }

  // The page kept room for ten rows until it knew how many there are.
  keepRoom(count) {
    const { host } = /** @type {ShadowRoot} */ (this.root.getRootNode())
    /** @type {HTMLElement | null} */
    const place = host.closest('[class*="st-key-"]')
    place?.style.setProperty("--rows", String(count))
  }

  row(name, place, body) {
    const row = part("tr", "row", body)
    row.dataset.name = name
    const head = element("th", "name", row, name)
    head.setAttribute("role", "rowheader")
    head.dir = "auto"
    const drawn = part("td", "", row)
    drawn.setAttribute("aria-hidden", "true") // the share beside it says the same
    const bar = element("span", "bar", element("span", "track", drawn))
    const share = part("td", "share", row)
    row.tabIndex = place ? -1 : 0
    row.onpointerenter = row.onpointerdown = () => this.point(place)
    row.onpointerleave = (event) => {
      if (event.pointerType !== "touch") this.leave()
    }
    row.onfocus = () => this.point(place)
    row.onblur = () => this.leave()
    row.onkeydown = (event) => this.key(event, place)
    return { row, bar, share }
  }

  update(data) {
    if (data.names.join("\n") !== this.names) this.build(data)
    this.data = data
    write(this.caption, data.labels.caption)
    this.tell(data.told)
    this.show(data)
    if (!data.live) return
    live.subscribe(this)
    live.answered()
    if (live.newest()) this.showLive(live.newest())
  }

  // `exact` are the values as text, null where they are not told.
  show({ values, answer, exact }) {
    this.exact = exact
    this.rows.forEach(({ row, bar, share }, place) => {
      bar.style.transform = `scaleX(${values ? Math.max(0, Math.min(1, values[place])) : 0})`
      write(share, values ? percent(values[place]) : "–")
      row.classList.toggle("answer", Boolean(values) && place === answer)
    })
    if (this.pointed !== undefined) this.point(this.pointed)
    this.following = false
    countPaint(this.root)
  }

  showLive({ empty, probabilities, digit }) {
    this.show({ values: empty ? null : probabilities, answer: digit, exact: null })
    this.following = true
  }

  restore() {
    if (this.following) this.show(this.data)
  }

  // The same words once more are told once more.
  tell([number, text]) {
    if (number === this.told) return
    this.told = number
    this.status.textContent = this.status.textContent === text ? `${text}\u00a0` : text
  }

  point(place) {
    this.pointed = place
    const { names, labels } = this.data
    const text = this.exact ? fill(labels.exact, { name: names[place], value: this.exact[place] }) : ""
    this.readout.textContent = text
  }

  leave() {
    this.pointed = undefined
    this.readout.textContent = ""
  }

  key(event, place) {
    const last = this.rows.length - 1
    const target = { ArrowUp: place - 1, ArrowDown: place + 1, Home: 0, End: last }[event.key]
    if (target === undefined) return
    event.preventDefault()
    this.rows[place].row.tabIndex = -1
    this.current = Math.max(0, Math.min(last, target))
    this.rows[this.current].row.tabIndex = 0
    this.rows[this.current].row.focus()
  }
}

/**
 * Return the letters that a name is wide; those of Chinese, Japanese and Korean, and emoji, count twice.
 *
 * @param {string} name
 */
export function measure(name) {
  return Array.from(name).reduce((sum, letter) => sum + ((letter.codePointAt(0) ?? 0) < WIDE ? 1 : 2), 0)
}

/**
 * Return the width of the names' column in CSS, one for all rows, and whether names may take several lines.
 *
 * @param {string[]} names
 * @returns {{width: string, wraps: boolean}}
 */
export function findRoom(names) {
  const longest = Math.max(1, ...names.map(measure))
  if (longest === 1) return { width: "1.5rem", wraps: false }
  if (longest <= MAX_SHORT) return { width: `${longest + 1}ch`, wraps: false }
  return { width: `min(${Math.min(longest, MAX_LINE) + 1}ch, 42%)`, wraps: true }
}

export default follow(component("bars", Table, (table, { data }) => table.update(data[0])))
