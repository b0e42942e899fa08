/** How deep JSON may be nested, and how many values it may have: no body that is taken comes near. */
const maxDepth = 16
const maxValues = 8_192

const quote = '"'.charCodeAt(0)
const backslash = '\\'.charCodeAt(0)
const comma = ','.charCodeAt(0)
const opening: ReadonlySet<number> = new Set(['[', '{'].map((each) => each.charCodeAt(0)))
const closing: ReadonlySet<number> = new Set([']', '}'].map((each) => each.charCodeAt(0)))

/**
 * What makes a text dear to parse as JSON; undefined when nothing does. Brackets cost the parser a hundred times what the
 * same bytes cost in strings, and leave an object each.
 */
export function dearJson(text: string): string | undefined {
  let depth = 0
  let values = 1
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i)
    if (code === quote) i = endOfString(text, i)
    else if (code === comma) values += 1
    else if (opening.has(code)) depth += 1
    else if (closing.has(code)) depth -= 1
    if (depth > maxDepth) return `nested more than ${maxDepth} deep`
    if (values > maxValues) return `more than ${maxValues} values`
  }
  return undefined
}

/** Where the string that begins at `start` ends; the text's end when it does not, which the parser refuses. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let before = end
    while (text.charCodeAt(before - 1) === backslash) before -= 1
    if ((end - before) % 2 === 0) return end
  }
  return text.length
}
