// The player's elements. All words come from Python.

import { element } from "../shared/elements.js"
import { iconButton } from "../shared/icons.js"

const SPEEDS = [0.5, 1, 2, 4]

export function build(root) {
  root.replaceChildren()
  const slider = element("input", "slider", root)
  Object.assign(slider, { type: "range", min: 0, step: 1 })
  slider.dataset.role = "slider"
  const row = element("div", "row", root)
  const back = iconButton("back", row)
  const play = iconButton("play", row)
  const forward = iconButton("forward", row)
  const name = element("output", "name", row)
  name.setAttribute("aria-live", "off") // the slider says it
  const speed = element("select", "speed", row)
  for (const each of SPEEDS) speed.add(new Option(`${each}×`, String(each), each === 1, each === 1))
  play.hidden = speed.hidden = matchMedia("(prefers-reduced-motion: reduce)").matches
  return { slider, back, play, forward, name, speed }
}
