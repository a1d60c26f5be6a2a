// Which of the files that somebody brings are not to be sent.

/**
 * Return the ending of a file's name in small letters, with its dot; "" for a name without.
 *
 * @param {string} name
 */
export const ending = (name) => /\.[^.]*$/.exec(name)?.[0].toLowerCase() ?? ""

/**
 * Return what is said of the first file that is longer than `bytes` or has none of the `endings`; null for none.
 *
 * @param {Iterable<{ name: string, size: number }>} files
 * @param {{ bytes: number, endings: string[] }} limits
 */
export function firstRefused(files, { bytes, endings }) {
  for (const { name, size } of files)
    if (size > bytes || !endings.includes(ending(name).slice(1))) return { bytes: size, ending: ending(name) }
  return null
}
