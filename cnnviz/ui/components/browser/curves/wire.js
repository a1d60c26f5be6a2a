// From the bytes that Python sent to panels with series: a header, see shared/decode.js, padded so that the values
// start at a multiple of four, then for one series after the other its x and y, float32.
import { decode as unpack } from "../shared/decode.js"

// Adds `x` and `y` to every series: {id, label, colour, style, of, at, count, every}.
export function decode(data) {
  const { header, buffer, start } = unpack(data)
  for (const { series } of header.panels) {
    for (const one of series) {
      one.x = new Float32Array(buffer, start + one.at, one.count)
      one.y = new Float32Array(buffer, start + one.at + 4 * one.count, one.count)
    }
  }
  return header
}

// The series as the columns of one table over all their x, as uPlot draws them: undefined where a series has no
// point, null where it has a gap. `places[s][i]` is the row of point i of series s.
export function table(series) {
  const rows = Float64Array.from(new Set(series.flatMap(({ x }) => [...x]))).sort()
  if (!rows.length) return { columns: [[0], ...series.map(() => [undefined])], places: series.map(() => []) }
  const row = new Map([...rows].map((x, i) => [x, i]))
  const places = series.map(({ x }) => Int32Array.from(x, (each) => row.get(each)))
  const columns = series.map(({ y }, s) => {
    const column = Array(rows.length).fill(undefined)
    y.forEach((value, i) => (column[places[s][i]] = Number.isFinite(value) ? value : null))
    return column
  })
  return { columns: [rows, ...columns], places }
}

// Index of the point that is nearest to `at`; -1 where there is none.
export function nearest({ x }, at) {
  let [low, high] = [0, x.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if (x[middle] < at) low = middle + 1
    else high = middle
  }
  return low > 0 && at - x[low - 1] <= x[low] - at ? low - 1 : Math.min(low, x.length - 1)
}

// Index of the last point that is not after `at`; -1 where there is none.
export function latest(series, at) {
  const place = nearest(series, at)
  return place >= 0 && series.x[place] > at ? place - 1 : place
}

// Equal for two headers whose charts can be the same ones.
export function structure({ panels, labels, axis, epoch, height }) {
  const shown = ({ id, title, share, low, high, log, series }) => [
    id,
    title,
    share,
    low,
    high,
    log,
    series.map(({ id, label, colour, style, of }) => [id, label, colour, style, of]),
  ]
  return JSON.stringify([labels, axis, epoch > 0, height, panels.map(shown)])
}
