// Where the maps of a block go: a grid of whole pixels a value, as large as the place allows.

const MAX_CELL = 16
const MAX_SIDE = 168
const MAX_SIDE_ALONE = 224

function grid({ rows, columns, pictures }, cell, gap, across) {
  const wide = columns * cell + gap
  const high = rows * cell + gap
  const down = Math.ceil(pictures / across)
  return { cell, gap, across, down, wide, high, label: 0, width: across * wide - gap, height: down * high - gap }
}

const LABEL = 13 // CSS pixels of a number in type of 16 pixels

// A number below each map, where it fits; as large as the page's type is.
function labelled(made, block, zoom) {
  if (block.pictures < 2 || made.wide < 36) return made
  const label = Math.round(LABEL * zoom)
  return { ...made, label, high: made.high + label, height: made.height + made.down * label }
}

// As many maps a row as give the rows equal lengths.
function balanced(pictures, most) {
  const across = Math.max(1, Math.min(pictures, most))
  return Math.ceil(pictures / Math.ceil(pictures / across))
}

// `most` is the longest side that a map may have, where it is not the usual one.
export function mosaic(block, width, height, zoom = 1, most = 0) {
  const side = Math.max(block.rows, block.columns)
  const limit = most || (block.pictures === 1 ? MAX_SIDE_ALONE : MAX_SIDE)
  const first = Math.max(1, Math.min(MAX_CELL, Math.floor(limit / side), Math.floor(width / block.columns)))
  for (let cell = first; cell >= 1; cell -= 1) {
    const gap = cell > 1 ? 4 : 2
    const across = balanced(block.pictures, Math.floor((width + gap) / (block.columns * cell + gap)))
    const made = labelled(grid(block, cell, gap, across), block, zoom)
    if (made.height <= height || cell === 1) return shrunk(made, block, width)
  }
}

// A single map wider than the place: the one case of cells that are not whole pixels.
function shrunk(made, block, width) {
  return made.width <= width ? made : grid(block, width / block.columns, 2, 1)
}

const WIDEST = 1.7 // times the height of the strip

export function strip(block, height) {
  const first = Math.max(1, Math.floor(height / block.rows))
  for (let cell = Math.min(first, MAX_CELL); cell >= 1; cell -= 1) {
    const down = Math.min(block.pictures, Math.floor((height + 1) / (block.rows * cell + 1)))
    const made = grid(block, cell, 1, Math.ceil(block.pictures / Math.max(1, down)))
    if (made.width <= WIDEST * height) return made
  }
  return half(block, height)
}

// Too many for one pixel a value: half a CSS pixel each.
function half(block, height) {
  const across = Math.ceil(block.pictures / Math.max(1, Math.floor((height + 1) / (block.rows / 2 + 1))))
  return grid(block, 0.5, 1, across)
}

const MAX_SIDE_LINKED = 320
const LINKED_GAP = 20

// One of several pictures side by side, all of about one size: four a row, or two where the place is narrow.
export function linked(block, width, pictures) {
  const across = width < 640 ? 2 : pictures
  const side = Math.min(MAX_SIDE_LINKED, (width - (across - 1) * LINKED_GAP) / across)
  const cell = Math.max(1, Math.floor(side / Math.max(block.rows, block.columns)))
  return grid({ ...block, pictures: 1 }, cell, 0, 1)
}

export const alone = (block, side) =>
  grid(
    { ...block, pictures: 1 },
    Math.max(1, Math.min(48, Math.floor(side / Math.max(block.rows, block.columns)))),
    0,
    1,
  )
