// Values that one element brings for many viewers: by the channel's name, what was published last and who shows it.

// Kept in the window, because modules that are sent inline are not shared between elements.
const channels = (globalThis[Symbol.for("cnnviz.channels")] ??= new Map())

function channel(name) {
  if (!channels.has(name)) channels.set(name, { message: null, publisher: null, viewers: new Set() })
  return channels.get(name)
}

// `message` is {network, blocks}, as decode() gives it.
export function publish(name, publisher, message) {
  const made = channel(name)
  Object.assign(made, { publisher, message })
  for (const viewer of made.viewers) viewer.published()
}

// Values whose publisher left the page are not shown to viewers that come later.
export function withdraw(name, publisher) {
  const made = channel(name)
  if (made.publisher === publisher) Object.assign(made, { publisher: null, message: null })
}

export const published = (name) => channel(name).message

export const subscribe = (name, viewer) => channel(name).viewers.add(viewer)

export const unsubscribe = (name, viewer) => channel(name).viewers.delete(viewer)
