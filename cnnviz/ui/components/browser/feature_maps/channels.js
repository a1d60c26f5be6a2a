// Values that one element brings for many viewers: by the channel's name, what was published last and who shows it.

// Kept in the window, because modules that are sent inline are not shared between elements.
const channels = (globalThis[Symbol.for("cnnviz.channels")] ??= new Map())

function channel(name) {
  if (!channels.has(name)) channels.set(name, { message: null, publisher: null, viewers: new Set() })
  return channels.get(name)
}

// `message` is {network, links, note, turn, blocks}, as decode() gives it. Where two elements publish, what has a lower
// turn than what is there came from an earlier run, and is drawn again for another reason.
export function publish(name, publisher, message) {
  const made = channel(name)
  if (made.message?.turn > message.turn) return
  Object.assign(made, { publisher, message })
  for (const viewer of made.viewers) viewer.published()
}

// Values whose publisher left the page are not shown to viewers that come later.
export function withdraw(name, publisher) {
  const made = channel(name)
  if (made.publisher === publisher) Object.assign(made, { publisher: null, message: null })
}

// What the ledger of the page has marked on a block: [{block, maps, rows, columns}], put there by its own modules.
export const marked = (name, id) => (name ? (channel(name).marks ?? []).filter(({ block }) => block === id) : [])

export const published = (name) => channel(name).message

export const subscribe = (name, viewer) => channel(name).viewers.add(viewer)

export const unsubscribe = (name, viewer) => channel(name).viewers.delete(viewer)
