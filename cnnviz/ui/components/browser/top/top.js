// Brings the top of the page into sight when it is told so, and the focus to its title: what was pressed may be gone, and
// what came of it stands below the title. Nothing to see. Data in: [{turn}].

const turns = new WeakMap() // element -> the last turn that it received

export default function ({ data, parentElement }) {
  const { turn } = data[0]
  const last = turns.get(parentElement)
  turns.set(parentElement, turn)
  if (last === undefined || last === turn) return
  const main = document.querySelector('[data-testid="stMain"]')
  main?.scrollTo({ top: 0 })
  /** @type {HTMLElement | null} */
  const title = main?.querySelector("h2")
  if (!title) return
  title.tabIndex = -1
  title.focus({ preventScroll: true })
}
