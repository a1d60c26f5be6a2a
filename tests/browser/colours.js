// The arithmetic of colours and of what lies above an element, for the scripts that measure contrast (WCAG 2.2, 1.4.3).
export const colour = (text) => {
  const [red, green, blue, alpha = 1] = (text.match(/[\d.]+/g) ?? [0, 0, 0, 0]).map(Number)
  return text.startsWith("color(") ? [red * 255, green * 255, blue * 255, alpha] : [red, green, blue, alpha]
}
export const linear = (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
export const luminance = ([red, green, blue]) =>
  0.2126 * linear(red / 255) + 0.7152 * linear(green / 255) + 0.0722 * linear(blue / 255)
export const over = ([red, green, blue, alpha], under) =>
  [red, green, blue].map((value, i) => value * alpha + under[i] * (1 - alpha))
export const parent = (element) => element.assignedSlot ?? element.parentElement ?? element.getRootNode().host
export const upwards = (element) => (element ? [element, ...upwards(parent(element))] : [])
