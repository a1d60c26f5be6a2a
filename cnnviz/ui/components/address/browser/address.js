// Puts the query of the present view into the address bar without a new entry in the history. Nothing to see.

// Out of the column, so that not even its gap is left.
function hide(parentElement) {
  const place = (parentElement.host ?? parentElement).closest('[data-testid="stElementContainer"]')
  if (place) place.style.position = "absolute"
}

export default function ({ data, parentElement }) {
  hide(parentElement)
  const { pathname, hash, search } = window.location
  const wanted = data.query ? `?${data.query}` : ""
  if (search !== wanted) window.history.replaceState(window.history.state, "", pathname + wanted + hash)
}
