// Palettes as tables of 256 packed pixels. Sequential ones (after matplotlib's, which are in the public domain) run
// from 0 to the largest value. The diverging ones have zero at 128 exactly: blue is negative, red or orange positive.

const ANCHORS = {
  viridis:
    "440154 481a6c 472f7d 414487 39568c 31688e 2a788e 23888e 1f988b 22a884 35b779 54c568 7ad151 a5db36 d2e21b fde725",
  cividis:
    "00224e 002e6c 1e3a6f 35456c 47516c 575d6d 666970 757575 848279 948e77 a59c74 b7a96e c8b866 dbc75a eed649 fee838",
  magma:
    "000004 0b0924 20114b 3b0f70 57157e 721f81 8c2981 a8327d c43c75 de4968 f1605d fa7f5e fe9f6d febf84 fddea0 fcfdbf",
  grey: "000000 ffffff",
  divergingOnLight: "0d3d72 1657a1 2d74ca 5e97e0 93baed c4daf5 f2f3f5 f4cdc5 e8a494 d77662 bc4b35 943320 692214",
  divergingOnDark: "b5ddff 82c5fd 46a6ef 0d83cd 0e629a 144062 1c1e21 5c3015 8f4715 bf5e1a e28247 f5aa80 fecbaf",
}
export const ZERO = 128

const tables = new Map()

function make(name) {
  const anchors = ANCHORS[name].split(" ").map((hex) => [0, 2, 4].map((i) => parseInt(hex.slice(i, i + 2), 16)))
  const diverging = name.startsWith("diverging")
  return Uint32Array.from({ length: 256 }, (_, index) => {
    const share = diverging ? Math.max(0, (index - 1) / 254) : index / 255
    const place = share * (anchors.length - 1)
    const low = Math.min(Math.floor(place), anchors.length - 2)
    const [red, green, blue] = anchors[low].map((from, i) =>
      Math.round(from + (anchors[low + 1][i] - from) * (place - low)),
    )
    return pixel(red, green, blue)
  })
}

export const pixel = (red, green, blue) => ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0

function table(name) {
  if (!tables.has(name)) tables.set(name, make(name))
  return tables.get(name)
}

export function tableOf(block, palette, dark) {
  if (block.kind === "image") return table("grey")
  if (block.signed) return table(dark ? "divergingOnDark" : "divergingOnLight")
  return table(ANCHORS[palette] ? palette : "viridis")
}

const parts = (packed) => [packed & 255, (packed >> 8) & 255, (packed >> 16) & 255]

export const css = (colours, index) => `rgb(${parts(colours[index]).join(" ")})`

export function onColour(packed) {
  const [red, green, blue] = parts(packed)
  return 0.3 * red + 0.6 * green + 0.1 * blue > 140 ? "#000" : "#fff"
}

export function gradient(colours, signed) {
  const stops = Array.from({ length: 33 }, (_, i) =>
    css(colours, signed ? 1 + Math.round((i * 254) / 32) : Math.round((i * 255) / 32)),
  )
  return `linear-gradient(to right, ${stops.join(", ")})`
}
