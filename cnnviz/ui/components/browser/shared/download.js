// Files for the visitor to keep.

/**
 * Have the browser keep a file.
 *
 * @param {Blob} blob
 * @param {string} name
 */
export function download(blob, name) {
  const link = document.createElement("a")
  link.href = URL.createObjectURL(blob)
  link.download = name.replace(/[^\w.-]+/g, "_")
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10000)
}
