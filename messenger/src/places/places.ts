import { PageError } from '../faults.ts'

type Hex = `0x${string}`

/** Where everything is that the page talks to, as `parley dev` writes it into `messaging.json`. */
export interface Places {
  /** Of the L2. */
  readonly chainId: number
  readonly l2Url: string
  readonly contracts: Readonly<Record<'rollup' | 'directory' | 'inbox', Hex>>
  readonly sequencer: string
  readonly relay?: string
  readonly node?: string
  /** Who pays, in the order in which they are asked. */
  readonly gateways: readonly { readonly url: string; readonly key?: Hex }[]
  /** Stores of contents, in the order in which they are asked. */
  readonly contents: readonly string[]
  /** Keeps what comes while devices are away, and signs by this key. The page does not ask it yet. */
  readonly pds?: { readonly url: string; readonly key: Hex }
}

const known = ['chainId', 'l2Url', 'contracts', 'sequencer', 'relay', 'node', 'gateways', 'contents', 'pds']
const addressPattern = /^0x[0-9a-fA-F]{40}$/
const maxPlaces = 16

/** Reads what says where everything is. @throws {PageError} `PLACES_INVALID`. */
export function placesOf(value: unknown): Places {
  const given = objectOf(value, 'places')
  const unknown = Object.keys(given).find((key) => !known.includes(key))
  if (unknown !== undefined) throw invalid(unknown, 'there is no such field')
  const { chainId, l2Url, sequencer, relay, node, pds } = given
  if (!Number.isSafeInteger(chainId) || (chainId as number) < 1)
    throw invalid('chainId', 'it must be a whole number from 1')
  const contracts = objectOf(given.contracts, 'contracts')
  const contract = (name: string): Hex => addressOf(contracts[name], `contracts.${name}`)
  return {
    chainId: chainId as number,
    l2Url: urlOf(l2Url, 'l2Url'),
    contracts: { rollup: contract('rollup'), directory: contract('directory'), inbox: contract('inbox') },
    sequencer: urlOf(sequencer, 'sequencer'),
    ...(relay === undefined ? {} : { relay: urlOf(relay, 'relay') }),
    ...(node === undefined ? {} : { node: urlOf(node, 'node') }),
    gateways: listOf(given.gateways, 'gateways').map((each, i) => gatewayOf(each, `gateways.${i}`)),
    contents: listOf(given.contents, 'contents').map((each, i) => urlOf(each, `contents.${i}`)),
    ...(pds === undefined ? {} : { pds: pdsOf(pds) }),
  }
}

function gatewayOf(value: unknown, field: string): { url: string; key?: Hex } {
  const { url, key } = objectOf(value, field)
  return { url: urlOf(url, `${field}.url`), ...(key === undefined ? {} : { key: addressOf(key, `${field}.key`) }) }
}

function pdsOf(value: unknown): { url: string; key: Hex } {
  const { url, key } = objectOf(value, 'pds')
  return { url: urlOf(url, 'pds.url'), key: addressOf(key, 'pds.key') }
}

function objectOf(value: unknown, field: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw invalid(field, 'it must be an object')
}

function listOf(value: unknown, field: string): readonly unknown[] {
  if (Array.isArray(value) && value.length > 0 && value.length <= maxPlaces) return value
  throw invalid(field, `it must be a list of 1 to ${maxPlaces}`)
}

function urlOf(value: unknown, field: string): string {
  const url = typeof value === 'string' ? URL.parse(value) : null
  if (url !== null && (url.protocol === 'http:' || url.protocol === 'https:')) return value as string
  throw invalid(field, 'it must be a URL of http or https')
}

function addressOf(value: unknown, field: string): Hex {
  if (typeof value === 'string' && addressPattern.test(value)) return value as Hex
  throw invalid(field, 'it must be 0x and 40 hexadecimal digits')
}

const invalid = (field: string, reason: string): PageError => new PageError({ code: 'PLACES_INVALID', field, reason })

/** Origins that a page with these places asks, for HTTP and for WebSockets. */
export function originsOf({ l2Url, sequencer, relay, node, gateways, contents }: Places): readonly string[] {
  const urls = [l2Url, sequencer, relay, node, ...gateways.map(({ url }) => url), ...contents]
  const origins = urls.flatMap((url) => (url === undefined ? [] : [new URL(url).origin]))
  const sockets = [sequencer, relay].flatMap((url) =>
    url === undefined ? [] : [new URL(url).origin.replace(/^http/, 'ws')],
  )
  return [...new Set([...origins, ...sockets])]
}
