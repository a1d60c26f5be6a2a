// One filter over three channels. Data in: bytes, see `colour_sum/__init__.py`: a header {rows, columns, decimals,
// shown, numbers, texts, kernel, bias, problem, ack, labels}, then pixels and partial maps as int32. State out, "typed":
// {texts, shown, seq}: all numbers after one was changed, and those that stood there before.
import { Sequence } from "../shared/acked_channel.js"
import { component } from "../shared/component.js"
import { decode } from "../shared/decode.js"
import { countPaint, element, focused, textInput, write } from "../shared/elements.js"
import { fill } from "../shared/format.js"
import { Account, CHANNELS, SIDE } from "./account.js"
import { channelPicture, mapPicture, palette, picture } from "./pictures.js"
import { spell } from "./rounding.js"
import { Sheet, addMap } from "./sheet.js"

function unpack(bytes) {
  const { header, buffer, start: first } = decode(bytes)
  const rest = new Int32Array(buffer, first)
  const { rows, columns } = header
  const [across, down] = [columns - SIDE + 1, rows - SIDE + 1]
  const pixels = CHANNELS.map((_, i) => rest.subarray(i * rows * columns, (i + 1) * rows * columns))
  const start = 3 * rows * columns
  const partial = CHANNELS.map((_, i) => rest.subarray(start + i * across * down, start + (i + 1) * across * down))
  const total = partial[0].map((value, i) => value + partial[1][i] + partial[2][i])
  const before = total.map((value) => value + header.bias)
  const after = before.map((value) => Math.max(value, 0))
  return { ...header, across, down, pixels, partial, total, before, after }
}

class ColourSum {
  constructor(root) {
    this.root = root
    this.sequence = new Sequence()
    this.data = null
    /** @type {{ numbers: string[], texts: string[] } | null} the data whose numbers stand in the cells */
    this.shown = null
    /** @type {(typed: object) => void} */
    this.send = null
    /** @type {number[] | null} row and column of the cell that is accounted for */
    this.at = null
    /** @type {HTMLInputElement | null} what is being typed into and was not sent yet */
    this.edited = null
    root.replaceChildren()
    const diagram = element("div", "diagram", root)
    this.picture = new Sheet(diagram, "picture")
    const rows = element("div", "channels", diagram)
    this.rows = CHANNELS.map((channel) => this.row(rows, channel))
    const ends = element("div", "ends", diagram)
    this.sum = addMap(ends, "total", this)
    this.bias = this.biased(ends)
    this.before = addMap(ends, "before", this)
    this.after = addMap(ends, "after", this)
    this.after.canvas.tabIndex = 0
    this.problem = element("p", "trouble", root)
    this.problem.setAttribute("role", "alert")
    this.scale = element("p", "note scale", root)
    this.account = new Account(root)
    this.rule = element("p", "note", root)
  }

  row(parent, channel) {
    const line = element("div", `channel ${channel}`, parent)
    const seen = new Sheet(line, "seen")
    const weights = element("div", "weights", line)
    const name = element("div", "name", weights)
    const grid = element("div", "grid", weights)
    grid.setAttribute("role", "group")
    const inputs = Array.from({ length: SIDE * SIDE }, () => this.input(grid))
    return { seen, name, grid, inputs, map: addMap(line, "partial", this) }
  }

  biased(parent) {
    const box = element("label", "weights biased", parent)
    const name = element("span", "name", box)
    return { name, input: this.input(box) }
  }

  input(parent) {
    const input = textInput(parent, 16)
    input.onfocus = () => this.entered(input)
    input.onblur = () => this.left(input)
    input.oninput = () => (this.edited = input)
    input.onkeydown = (event) => this.inputKey(event, input)
    return input
  }

  get inputs() {
    return [...this.rows.flatMap(({ inputs }) => inputs), this.bias.input]
  }

  // A number has all its decimals while it is edited.
  entered(input) {
    const place = this.inputs.indexOf(input)
    if (input.value === this.shown.texts[place]) input.value = this.shown.numbers[place]
    input.select()
  }

  left(input) {
    const place = this.inputs.indexOf(input)
    if (this.edited === input) {
      this.edited = null
      if (input.value !== this.shown.numbers[place]) this.typed(input)
    }
    if (input.value === this.shown.numbers[place]) input.value = this.shown.texts[place]
  }

  inputKey(event, input) {
    if (event.key === "Escape") {
      this.edited = null
      input.value = this.shown.numbers[this.inputs.indexOf(input)]
    } else if (event.key === "Enter") return input.blur()
    else return
    event.preventDefault()
    input.select()
  }

  typed(input) {
    const { numbers, texts } = this.shown
    const exact = ({ value }, place) => (value === texts[place] ? numbers[place] : value)
    const sent = this.inputs.map((one, place) => (one === input ? one.value : exact(one, place)))
    this.send({ texts: sent, shown: numbers, seq: this.sequence.next() })
  }

  receive(data, send) {
    const answered = this.sequence.answered(data.ack)
    Object.assign(this, { data, send })
    if (!answered) return // a newer text is on its way to Python
    if (!this.at) this.at = this.strongest()
    this.at = [Math.min(this.at[0], data.down - 1), Math.min(this.at[1], data.across - 1)]
    this.name()
    this.paint()
    this.look()
    countPaint(this.root)
  }

  // The page opens on the cell where the filter answers most.
  strongest() {
    const { before, across } = this.data
    const place = before.reduce((best, value, i) => (value > before[best] ? i : best), 0)
    return [Math.floor(place / across), place % across]
  }

  name() {
    const { labels, numbers, texts, problem } = (this.shown = this.data)
    write(this.picture.name, labels.picture)
    this.picture.canvas.setAttribute("role", "img")
    this.picture.canvas.setAttribute("aria-label", labels.picture)
    this.rows.forEach(({ seen, name, grid, map }, i) => {
      const channel = labels[CHANNELS[i]]
      write(seen.name, fill(labels.channel, { channel }))
      seen.canvas.setAttribute("role", "img")
      seen.canvas.setAttribute("aria-label", fill(labels.channel, { channel }))
      write(name, fill(labels.weights, { channel }))
      grid.setAttribute("aria-label", fill(labels.weights, { channel }))
      this.call(map, fill(labels.partial, { channel }))
    })
    this.call(this.sum, labels.sum)
    this.call(this.before, labels.before)
    this.call(this.after, labels.after)
    write(this.bias.name, `+ ${labels.bias}`)
    const inside = focused(this.root)
    this.inputs.forEach((input, place) => {
      const text = input === inside ? numbers[place] : texts[place]
      if (input !== this.edited && input.value !== text) {
        input.value = text
        if (input === inside) input.select() // what is typed next replaces it whole, as after going there
      }
      input.classList.toggle("long", text.length > 6)
      input.setAttribute("aria-invalid", String(problem?.place === place))
      const [row, column] = [Math.floor((place % 9) / SIDE), place % SIDE]
      const where = { channel: labels[CHANNELS[Math.floor(place / 9)]], row, column }
      input.setAttribute("aria-label", place < 27 ? fill(labels.weight, where) : labels.bias)
    })
    write(this.problem, problem?.text ?? "")
    const { decimals, shown } = this.data
    write(this.rule, shown < decimals ? fill(labels.rule_short, { shown, decimals }) : labels.rule)
  }

  call(sheet, name) {
    write(sheet.name, name)
    sheet.canvas.setAttribute("aria-label", fill(this.data.labels.maps, { name }))
  }

  paint() {
    const { data } = this
    if (!data) return
    const { rows, columns, across, down, pixels, partial, total, before, after, decimals } = data
    const all = [...partial, total, before]
    const largest = Math.max(
      1,
      ...all.map((values) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)),
    )
    const colours = palette(this.root)
    picture(this.picture.canvas, pixels, rows, columns, 10 ** decimals)
    this.rows.forEach(({ seen, map }, i) => {
      channelPicture(seen.canvas, pixels[i], i, rows, columns, 10 ** decimals)
      mapPicture(map.canvas, partial[i], down, across, largest, colours)
    })
    for (const [sheet, values] of [
      [this.sum, total],
      [this.before, before],
      [this.after, after],
    ]) {
      mapPicture(sheet.canvas, values, down, across, largest, colours)
    }
    const top = Math.round((largest / 10 ** decimals) * 10 ** data.shown)
    write(this.scale, fill(data.labels.scale, { largest: spell(top, data.shown) }))
  }

  look() {
    const { data, at } = this
    const { rows, columns, across, down } = data
    const [picture, map] = [
      [rows, columns],
      [down, across],
    ]
    this.picture.look(at, [SIDE, SIDE], picture)
    for (const row of this.rows) {
      row.seen.look(at, [SIDE, SIDE], picture)
      row.map.look(at, [1, 1], map)
    }
    for (const sheet of [this.sum, this.before, this.after]) sheet.look(at, [1, 1], map)
    this.account.show(data, at[0], at[1])
    Object.assign(this.root.dataset, { row: at[0], column: at[1] })
  }
}

export default component("colour_sum", ColourSum, (view, { data, setStateValue }) => {
  view.receive(unpack(data), (typed) => setStateValue("typed", typed))
})
