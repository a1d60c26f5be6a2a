// Sentences with numbers in them.

/**
 * Fill the {fields} of a sentence; an unknown one stays as it is.
 *
 * @param {string} template
 * @param {Record<string, unknown>} fields
 * @returns {string}
 */
export const fill = (template, fields) => template.replace(/\{(\w+)\}/g, (whole, name) => String(fields[name] ?? whole))
