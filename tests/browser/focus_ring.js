import { colour, luminance, over, parent, upwards } from "./colours.js"

// Tells of what has the focus whether a ring around it is told from its ground by 3 to 1 (WCAG 2.2, 1.4.11 and 2.4.13): "" if
// so, else what it is and the best ratio that was found. The ring may be that of the element, of what holds it, or of the
// picture that stands for an input that is itself not to be seen.
export const measure = () => {
  function ratio(element, ring) {
    const around = upwards(parent(element) ?? element).reverse()
    const ground = around.reduce(
      (under, each) => over(colour(getComputedStyle(each).backgroundColor), under),
      [255, 255, 255],
    )
    const both = [luminance(ground), luminance(over(colour(ring), ground))]
    return (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05)
  }

  function rings(element) {
    const { outlineStyle, outlineWidth, outlineColor, boxShadow } = getComputedStyle(element)
    const found = outlineStyle !== "none" && parseFloat(outlineWidth) >= 1.5 ? [outlineColor] : []
    for (const shadow of boxShadow === "none" ? [] : boxShadow.split(/,(?![^(]*\))/)) {
      const spread = Number(/([\d.]+)px(?: inset)?$/.exec(shadow.trim())?.[1] ?? 0)
      if (spread >= 1.5) found.push(/^(\w+\([^)]*\))/.exec(shadow.trim())[1])
    }
    return found
  }

  let element = document.activeElement
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement
  if (!element || element === document.body) return null
  const seen = (each) => each.checkVisibility({ opacityProperty: true }) && each.getBoundingClientRect().width > 1
  const candidates = upwards(element).slice(0, 5)
  const best = Math.max(0, ...candidates.filter(seen).flatMap((each) => rings(each).map((ring) => ratio(each, ring))))
  const name = element.getAttribute("aria-label") ?? element.textContent.trim().slice(0, 40)
  return best >= 3 ? "" : `${best.toFixed(2)} to 1: ${element.tagName.toLowerCase()} ${element.type ?? ""} ${name}`
}
