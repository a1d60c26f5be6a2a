// Scrolls to the top of the page on request. Nothing to see. Data in: [{turn}].

const turns = new WeakMap() // element -> the last turn that it received

export default function ({ data, parentElement }) {
  const { turn } = data[0]
  const last = turns.get(parentElement)
  turns.set(parentElement, turn)
  if (last !== undefined && last !== turn) document.querySelector('[data-testid="stMain"]')?.scrollTo({ top: 0 })
}
