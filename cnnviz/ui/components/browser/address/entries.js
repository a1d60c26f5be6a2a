// Which queries get an entry of their own in the browser's history.

/**
 * Return what a query says about the place that is accounted for, "" where it says nothing.
 *
 * @param {string} search with or without its question mark
 */
export const placeOf = (search) => new URLSearchParams(search).get("cell") ?? ""

/**
 * Return whether a query is that of a step to another place. What an element shows again from an earlier run has the
 * moves of that run, and a step back in the history is in the address bar already.
 *
 * @param {{ now: number, before: number, place: string }} moves
 * @param {string} search what the address bar shows
 */
export const isStep = ({ now, before, place }, search) => now > before && place !== placeOf(search)
