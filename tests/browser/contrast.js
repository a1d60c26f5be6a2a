import { colour, luminance, over, upwards } from "./colours.js"

// Tells every text on the page that is told from its ground by less than WCAG 2 asks for at level AA: 4.5 to 1, and
// 3 to 1 for large letters (https://www.w3.org/TR/WCAG22/#contrast-minimum). What cannot be used may be paler.
export const measure = () => {
  const page = document.querySelector('[data-testid="stMain"]')
  const holds = (element, { x, y }) => { // what scrolls holds also what is out of sight
    const box = element.getBoundingClientRect()
    return element.contains(page) || (box.left <= x && x <= box.right && box.top <= y && y <= box.bottom)
  }

  function ratio(element) {
    const style = getComputedStyle(element)
    const box = element.getBoundingClientRect()
    const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 }
    const around = upwards(element).filter((each) => holds(each, middle))
    const ground = around.reverse().reduce(
      (under, each) => over(colour(getComputedStyle(each).backgroundColor), under), [255, 255, 255])
    const opacity = upwards(element).reduce((all, each) => all * getComputedStyle(each).opacity, 1)
    const [red, green, blue, alpha] = colour(element instanceof SVGElement ? style.fill : style.color)
    const both = [luminance(ground), luminance(over([red, green, blue, alpha * opacity], ground))]
    return (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05)
  }

  function pale(element) {
    const text = [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data).join("").trim()
    const box = element.getBoundingClientRect()
    const seen = element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && box.width > 1
    if (!text || !seen || element.closest("style, script, option, [disabled], [aria-disabled=true]")) return []
    const style = getComputedStyle(element)
    const size = parseFloat(style.fontSize)
    const enough = size >= 24 || (size >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5
    const found = ratio(element)
    return found < enough ? [`${found.toFixed(2)} to 1: ${text.slice(0, 60)}`] : []
  }

  const elements = (root) =>
    [...root.querySelectorAll("*")].flatMap((each) => [each, ...(each.shadowRoot ? elements(each.shadowRoot) : [])])
  const popovers = document.querySelectorAll('[data-testid="stPopoverBody"]')
  return [page, ...popovers].flatMap(elements).flatMap(pale)
}
