// Moving between a layer, its maps and their cells: the viewers of maps and the account say where to in the same words,
// and the account takes every step, so that there is one state, one history and one way back.

const MOVE = "cnnviz:move"

/** @typedef {{ map: number, row: number, column: number }} Cell */

/** @typedef {{ block: string, map: number | null, row: number | null, column: number | null }} Place */

/**
 * @typedef {object} Step
 * @property {string} kind "choose", "map", "layer" or "up"
 * @property {string} layer
 * @property {number} map
 * @property {number} [row]
 * @property {number} [column]
 */

/**
 * @typedef {object} Move
 * @property {string | null} channel of the viewer
 * @property {Step} step
 * @property {HTMLCanvasElement} origin what gets the focus back
 * @property {HTMLCanvasElement} [home] what gets it where `origin` is gone, as an enlarged map may be
 * @property {boolean} enter whether the focus goes on to the account
 * @property {Cell} [cell] the cell that was gone into, on the canvas
 */

/**
 * Return the layer that has a block.
 *
 * @param {string} block
 */
export const layerOf = (block) => block.slice(0, block.lastIndexOf("/"))

/**
 * Return the step into a cell of a block; a bar is a unit.
 *
 * @param {{ id: string, kind: string }} block
 * @param {Cell} cell
 * @returns {Step}
 */
export function stepInto({ id, kind }, { map, row, column }) {
  const place = kind === "bars" ? { map: row, row: 0, column: 0 } : { map, row, column }
  return { kind: "choose", layer: layerOf(id), ...place }
}

/**
 * Return the step to another map of a layer, as far in as before: to the same cell of it, or to the map.
 *
 * @param {string} block
 * @param {number} map
 * @param {Place | null} before what is explained
 * @returns {Step}
 */
export function stepAcross(block, map, before) {
  const to = { layer: layerOf(block), map }
  if (!before || before.row === null || before.column === null) return { kind: "map", ...to }
  return { kind: "choose", ...to, row: before.row, column: before.column }
}

/**
 * Return the step from a map to all maps of its layer.
 *
 * @param {string} block
 * @returns {Step}
 */
export const stepOut = (block) => ({ kind: "layer", layer: layerOf(block), map: 0 })

/**
 * Return the step out of a layer, if that is the one that is explained.
 *
 * @param {string} block
 * @returns {Step}
 */
export const stepUp = (block) => ({ kind: "up", layer: layerOf(block), map: 0 })

/**
 * Return a place as links have it: "conv2d", "conv2d.5" (a map or a unit), "conv2d.5.3.7".
 *
 * @param {string} layer
 * @param {number} [map]
 * @param {Cell} [cell]
 */
export const writePlace = (layer, map, cell) =>
  [layer, map, cell?.row, cell?.column].filter((part) => part !== undefined).join(".")

/**
 * Ask the account of the page for a step.
 *
 * @param {Move} detail
 */
export const move = (detail) => void dispatchEvent(new CustomEvent(MOVE, { detail }))

/**
 * Take the steps that viewers ask for; return what ends that.
 *
 * @param {(move: Move) => void} take
 */
export function takeMoves(take) {
  const react = (event) => take(event.detail)
  addEventListener(MOVE, react)
  return () => removeEventListener(MOVE, react)
}
