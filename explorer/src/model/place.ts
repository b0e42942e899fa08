/** What is looked at, as the address after # says it. */
export interface Place {
  readonly page: PageName
  /** What of it, such as the number of a block or shard and index of a conversation. */
  readonly which: readonly string[]
  /** Where a list begins. */
  readonly from: string | undefined
}

export const pageNames = [
  'overview',
  'blocks',
  'block',
  'claims',
  'claim',
  'conversations',
  'conversation',
  'account',
  'contact',
  'parts',
  'network',
  'about',
] as const
export type PageName = (typeof pageNames)[number]

/** The place that an address names; the overview when it names none, undefined when it names no page. */
export function placeOf(hash: string): Place | undefined {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?')
  const [name = '', ...which] = path.split('/').map(decodeURIComponent)
  const page = pageNames.find((each) => each === (name === '' ? 'overview' : name))
  return page && { page, which, from: new URLSearchParams(query).get('from') ?? undefined }
}

/** The address of a page. */
export function addressOf(page: PageName, which: readonly (string | number | bigint)[] = [], from?: bigint): string {
  const path = [page, ...which.map((each) => encodeURIComponent(String(each)))].join('/')
  return `#/${path}${from === undefined ? '' : `?from=${from}`}`
}

/** A whole number from 0 as addresses have it; undefined when it is none. */
export function numberOf(text: string | undefined): bigint | undefined {
  return text !== undefined && /^(0|[1-9]\d{0,18})$/.test(text) ? BigInt(text) : undefined
}

/** Shard and index, each a number that could be one. */
export function shardAndIndexOf([shard, index]: readonly string[]): readonly [number, number] | undefined {
  const [first, second] = [numberOf(shard), numberOf(index)]
  if (first === undefined || second === undefined || first > 255n || second > 0xffff_ffffn) return undefined
  return [Number(first), Number(second)]
}
