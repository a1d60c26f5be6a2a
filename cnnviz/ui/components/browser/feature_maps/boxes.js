// Sizes and places of canvases and frames.

// A property that stays the same is left alone: nothing to lay out again.
export function set(made, property, value) {
  if (made[property] !== value) made[property] = value
}

// A canvas of this many pixels, empty. Giving it a size makes a new one, so only where the size is new.
export function prepare(canvas, width, height) {
  const [across, down] = [Math.max(1, Math.round(width)), Math.max(1, Math.round(height))]
  const context = canvas.getContext("2d")
  if (canvas.width !== across || canvas.height !== down) Object.assign(canvas, { width: across, height: down })
  else context.clearRect(0, 0, across, down)
  return context
}

export function resize(made, width, height) {
  const [across, down] = [`${width}px`, `${height}px`]
  if (made.style.width !== across) made.style.width = across
  if (made.style.height !== down) made.style.height = down
}

export function put(made, { x, y, width, height }) {
  Object.assign(made.style, { left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` })
}
