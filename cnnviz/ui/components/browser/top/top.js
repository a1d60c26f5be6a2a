// Brings the top of the page into sight when it is told so. Nothing to see. Data in: [{turn}].

const turns = new WeakMap() // element -> the turn that it was told last

export default function ({ data, parentElement }) {
  const { turn } = data[0]
  const last = turns.get(parentElement)
  turns.set(parentElement, turn)
  if (last !== undefined && last !== turn) document.querySelector('[data-testid="stMain"]')?.scrollTo({ top: 0 })
}
