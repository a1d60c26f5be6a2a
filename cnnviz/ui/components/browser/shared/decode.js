// From what Python sent to numbers.

/**
 * Read bytes: the length of the header (uint32, little-endian), the header as JSON, the values.
 *
 * @param {Uint8Array} data it starts anywhere in its buffer
 * @returns {{ header: any, buffer: ArrayBuffer, start: number }} a copy that starts at 0, and where its values start:
 *   at a multiple of four where Python has padded the header to it
 */
export function decode(data) {
  const { buffer } = data.slice()
  const length = new DataView(buffer).getUint32(0, true)
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)))
  return { header, buffer, start: 4 + length }
}

/**
 * Return the bytes that a text in Base64 stands for.
 *
 * @param {string} text
 */
export const fromBase64 = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))
