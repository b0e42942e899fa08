const addressPattern = /^0x[0-9a-fA-F]{40}$/
/** Invited at once. */
const mostInvited = 15

export const whoHint = `Addresses look like 0x and 40 letters and digits; up to ${mostInvited}, one a line.`

/** What stands in a field for addresses. */
export interface Addressed {
  /** Undefined until all of them can be invited. */
  readonly addresses: readonly `0x${string}`[] | undefined
  /** What to do, or what is wrong. */
  readonly hint: string
  readonly isWrong: boolean
}

/** Reads addresses as they are typed, one after the other. @param own - Cannot be invited. */
export function addressed(text: string, own: string): Addressed {
  const words = [...new Set(text.split(/[\s,;]+/).filter((word) => word !== ''))]
  const wrong = (hint: string): Addressed => ({ addresses: undefined, hint, isWrong: true })
  if (words.length === 0) return { addresses: undefined, hint: whoHint, isWrong: false }
  const strange = words.find((word) => !addressPattern.test(word))
  if (strange !== undefined) return wrong(`“${strange.slice(0, 50)}” is no address: 0x and 40 letters and digits.`)
  if (words.some((word) => word.toLowerCase() === own)) return wrong('That is your own address.')
  if (words.length > mostInvited) return wrong(`Up to ${mostInvited} can be invited at once.`)
  return { addresses: words as `0x${string}`[], hint: whoHint, isWrong: false }
}
