// What Python sends to components that read bytes.

/**
 * Return the bytes of a header and values, `before` bytes after the start of their buffer.
 *
 * @param {object} header
 * @param {Float32Array | Uint8Array} values
 */
export function packed(header, values, before = 0) {
  let text = JSON.stringify(header)
  while (new TextEncoder().encode(text).length % 4) text += " "
  const head = new TextEncoder().encode(text)
  const body = new Uint8Array(values.buffer)
  const all = new Uint8Array(before + 4 + head.length + body.length)
  new DataView(all.buffer).setUint32(before, head.length, true)
  all.set(head, before + 4)
  all.set(body, before + 4 + head.length)
  return all.subarray(before)
}
