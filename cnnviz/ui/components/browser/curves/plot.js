// How uPlot is asked to draw a panel: scales, axes, styles and marks of curves, the line of the chosen moment.
import { fill } from "../shared/format.js"
import { colourOf, dashOf, lookOf } from "./theme.js"
import { trace } from "./marks.js"
import { decades, multiples, round, short, ticks } from "./numbers.js"
import uPlot from "../vendor/uPlot.esm.js"

const MARK = 7 // CSS pixels of a value that is marked
const Y_WIDTH = 56
const RIGHT = 22 // CSS pixels for half of the last number below the axis
const APART = { x: 52, y: 34, epoch: 56, point: 9 } // CSS pixels between ticks, and between points, at least
const CLIPS = 3 // uPlot's flags: both fill and stroke end at the clip
const nothing = () => null // in place of uPlot's own mouse: ours also knows fingers and keys

export function plot(panel, host, width) {
  const { about, chart } = panel
  const options = {
    width,
    height: chart.height,
    padding: [chart.header.epoch ? 0 : 8, RIGHT, 0, 0],
    legend: { show: false },
    scales: { x: { time: false, range: () => chart.view.range }, y: scale(panel) },
    axes: [bottom(chart), left(panel), ...(chart.header.epoch ? [top(chart)] : [])],
    series: [{}, ...about.series.map((series, place) => line(series, place, panel))],
    cursor: {
      y: false,
      drag: { x: false, y: false, setScale: false },
      points: { size: (_, place) => (about.series[place - 1].label ? 8 : 0) },
      bind: Object.fromEntries(EVENTS.map((event) => [event, nothing])),
      dataIdx: (_, place, row) => (place ? panel.row(place - 1) : row),
    },
    hooks: { draw: [(drawn) => moment(drawn, panel)] },
  }
  return new uPlot(options, panel.table.columns, host)
}

const EVENTS = ["mousedown", "mouseup", "click", "dblclick", "mousemove", "mouseleave", "mouseenter"]

function line(series, place, panel) {
  const { colour, style } = series
  const stroke = () => colourOf(panel.chart.theme, colour)
  const show = () => style === "points" || panel.about.series[place].count === 1 // one value has no line
  const points = { show, size: MARK, width: 0, stroke, fill: stroke, paths: markPaths(colour) }
  const look = lookOf(series, panel.chart.lit)
  return { ...look, dash: dashOf(colour, style), stroke, points, show: panel.shows(place) }
}

// Draws the marks of the points from `first` to `last`, as uPlot draws its circles, but none over another.
const markPaths = (colour) => (drawn, place, first, last, chosen) => {
  const { left, top, width, height } = drawn.bbox
  const radius = (MARK / 2) * devicePixelRatio
  const [fill, clip] = [new Path2D(), new Path2D()]
  clip.rect(left - 2 * radius, top - 2 * radius, width + 4 * radius, height + 4 * radius)
  const [x, y] = [drawn.data[0], drawn.data[place]]
  const rows = chosen ?? Array.from({ length: last - first + 1 }, (_, i) => first + i)
  let before = -Infinity
  for (const row of rows) {
    const right = drawn.valToPos(x[row], "x", true)
    if (y[row] === null || y[row] === undefined || right - before < APART.point * devicePixelRatio) continue
    trace(fill, colour, right, drawn.valToPos(y[row], "y", true), radius)
    before = right
  }
  return { stroke: null, fill, clip, flags: CLIPS }
}

function scale(panel) {
  const { low, high } = panel.about
  let last = [low ?? 0, high ?? 1]
  if (panel.logarithmic) {
    return { distr: 3, range: (_, least, most) => (last = least > 0 ? [least / 1.15, most * 1.15] : [0.1, 1]) }
  }
  const range = (_, least, most) => {
    if (least === null) return last // nothing to be seen here
    if (least === most && low !== null) least = low // one value alone
    const room = (most - least || Math.abs(most) || 1) * 0.06
    return (last = [Math.max(least - room, low ?? -Infinity), Math.min(most + room, high ?? Infinity)])
  }
  return { range: (...given) => apart(range(...given)) }
}

/** @param {number[]} range */
const apart = ([low, high]) => (high > low ? [low, high] : [low - 0.5, low + 0.5])

const common = (chart) => ({
  stroke: () => chart.theme.quiet,
  font: `12px ${chart.theme.font}`,
  labelFont: `12px ${chart.theme.font}`,
})
const thin = (chart) => ({ stroke: () => chart.theme.line, width: 1 })
const rule = (chart) => ({ show: true, ...thin(chart) })

function bottom(chart) {
  const isEpochs = chart.header.axis === "epochs"
  return {
    ...common(chart),
    size: 28,
    gap: 4,
    label: chart.header.labels[chart.header.axis],
    labelSize: 18,
    labelGap: 0,
    grid: { show: isEpochs, ...thin(chart) },
    ticks: { ...thin(chart), size: 4 },
    border: rule(chart),
    splits: (drawn, _, low, high) => multiples(stepOf(drawn, low, high, isEpochs ? 0 : 1), low, high),
    values: (drawn, marks) => ticks(marks, marks.length > 1 ? marks[1] - marks[0] : 1, false),
  }
}

function left(panel) {
  const { chart } = panel
  const marks = (drawn, low, high) => {
    if (panel.logarithmic) return decades(low, high)
    return multiples(round(((high - low) * APART.y) / height(drawn)), low, high)
  }
  return {
    ...common(chart),
    scale: "y",
    size: Y_WIDTH,
    gap: 4,
    grid: thin(chart),
    ticks: { show: false },
    splits: (drawn, _, low, high) => marks(drawn, low, high),
    filter: (_, marks) => marks,
    values: (drawn, marks) => {
      if (panel.logarithmic) return marks.map(short)
      return ticks(marks, marks.length > 1 ? marks[1] - marks[0] : 0.1, panel.about.share)
    },
  }
}

// The ends of epochs: a line each, and on top how many are over.
function top(chart) {
  const step = (drawn, low, high) => {
    const { epoch } = chart.header
    return epoch * Math.max(1, round(((high - low) * APART.epoch) / width(drawn) / epoch))
  }
  const names = (marks) => {
    const { epoch, labels } = chart.header
    const numbers = marks.map((mark) => String(Math.round(mark / epoch)))
    return numbers.map((x, i) => (i ? x : fill(labels.epoch, { x })))
  }
  return {
    ...common(chart),
    scale: "x",
    side: 0,
    size: 20,
    gap: 4,
    grid: { ...thin(chart), dash: [2, 3] },
    ticks: { show: false },
    splits: (drawn, _, low, high) => multiples(step(drawn, low, high), Math.max(low, chart.header.epoch / 2), high),
    values: (_, marks) => names(marks),
  }
}

const stepOf = (drawn, low, high, least) => Math.max(least, round(((high - low) * APART.x) / width(drawn)))
const width = (drawn) => Math.max(50, drawn.width - Y_WIDTH - RIGHT)
const height = (drawn) => Math.max(50, drawn.height - 60)

// A line with the moment's name in a box, where curves of this kind are rarely: losses fall, shares rise.
function moment(drawn, { about, chart }) {
  const { at, moment: name } = chart.header
  const [low, high] = chart.view.range
  if (at === null || at < low || at > high) return
  const { ctx, bbox } = drawn
  const pixel = devicePixelRatio
  const x = Math.round(drawn.valToPos(at, "x", true))
  ctx.save()
  ctx.fillStyle = chart.theme.ink
  ctx.fillRect(x - pixel, bbox.top, 2 * pixel, bbox.height)
  if (name) {
    ctx.font = `600 ${12 * pixel}px ${chart.theme.font}`
    ctx.textBaseline = "middle"
    ctx.textAlign = "center"
    const wide = ctx.measureText(name).width + 10 * pixel
    const tall = 18 * pixel
    const left = Math.max(bbox.left, Math.min(x - wide / 2, bbox.left + bbox.width - wide))
    const top = about.share ? bbox.top + bbox.height - tall - 4 * pixel : bbox.top + 4 * pixel
    ctx.fillRect(left, top, wide, tall)
    ctx.fillStyle = chart.theme.paper
    ctx.fillText(name, left + wide / 2, top + tall / 2 + pixel)
  }
  ctx.restore()
}
