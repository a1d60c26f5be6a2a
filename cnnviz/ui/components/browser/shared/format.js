// Sentences with numbers in them.

/**
 * Fill the {fields} of a sentence; one that nobody knows stays as it is.
 *
 * @param {string} template
 * @param {Record<string, unknown>} fields
 * @returns {string}
 */
export const fill = (template, fields) => template.replace(/\{(\w+)\}/g, (whole, name) => String(fields[name] ?? whole))
