import { placeBytes, readLimits } from '@parley/api'
import type { FeedPlace } from '../fanout/feed-plan.ts'
import { PlainConnection } from '../plain-http.ts'
import { requestBytes } from './read-load.ts'
import { type BareAnswer, type BareAnswers, keyOf, type ReadCell, type ReadRequest } from './read-plan.ts'

const octets = 'application/octet-stream'
const json = 'application/json'

/** Conversations that are read together. */
export const togetherPlaces = 200
/** Entries of a page of a record that is read whole, and of one that a screen shows. */
export const replayEntries = readLimits.pageEntries
const screenEntries = 20

/** Kinds of reads that others are computed from. */
export const cellNames = {
  proof: 'proof',
  together: `${togetherPlaces} proofs at once`,
  replay: 'whole record',
} as const

const get = (path: string, accept = octets, headers: Readonly<Record<string, string>> = {}): ReadRequest => ({
  method: 'GET',
  path,
  headers: { accept, ...headers },
})

const conversationPath = ([shard, index]: FeedPlace): string => `/v1/conversations/${shard}/${index}`
const pagePath = (place: FeedPlace, from: number, limit: number): string =>
  `${conversationPath(place)}/messages?from=${from}&limit=${limit}`

/** A proof, for its tail: of a conversation that is there from the beginning. */
export const tailRequest = (places: readonly FeedPlace[]): ReadRequest => get(conversationPath(places[0] as FeedPlace))

function together(places: readonly FeedPlace[]): ReadRequest {
  const sorted = places.slice(0, togetherPlaces).toSorted(([a, i], [b, j]) => a - b || i - j)
  const body = Buffer.alloc(placeBytes * sorted.length)
  sorted.forEach(([shard, index], i) => {
    body.writeUInt8(shard, i * placeBytes)
    body.writeUInt32LE(index, i * placeBytes + 1)
  })
  const headers = { accept: octets, 'content-type': octets }
  return { method: 'POST', path: '/v1/conversations', headers, body: body.toString('base64') }
}

/** What is read, of a node that has verified everything. */
export async function readCells(url: string, places: readonly FeedPlace[]): Promise<ReadCell[]> {
  const some = places.slice(0, togetherPlaces)
  const [first] = some
  if (first === undefined) throw new RangeError('no conversations')
  const all = (request: (place: FeedPlace) => ReadRequest): ReadRequest[] => some.map(request)
  const block = get('/v1/blocks/2')
  const tagOf = async (request: ReadRequest): Promise<string> => {
    const { headers } = await fetch(url + request.path, { headers: request.headers })
    const tag = headers.get('etag')
    if (tag === null) throw new RangeError(`${request.path} has no ETag`)
    return tag
  }
  const known = async (request: ReadRequest): Promise<ReadRequest> =>
    get(request.path, octets, { 'if-none-match': await tagOf(request) })
  const proof = (place: FeedPlace): ReadRequest => get(conversationPath(place))
  return [
    { name: cellNames.proof, requests: all(proof) },
    { name: 'proof as JSON', requests: all((place) => get(conversationPath(place), json)) },
    { name: 'page', requests: all((place) => get(pagePath(place, 0, screenEntries))) },
    { name: 'page as JSON', requests: all((place) => get(pagePath(place, 0, screenEntries), json)) },
    { name: cellNames.replay, requests: all((place) => get(pagePath(place, 0, replayEntries))) },
    { name: 'last entry', requests: all((place) => get(pagePath(place, 0, 1))) },
    { name: 'block', requests: [block] },
    { name: 'unchanged proof', requests: [await known(proof(first))] },
    { name: 'unchanged block', requests: [await known(block)] },
    { name: cellNames.together, requests: [together(places)] },
  ]
}

/** What a node answers to all that is read, for a bare server to answer the same. @throws {RangeError} when it refuses something. */
export async function answersOf(url: string, cells: readonly ReadCell[]): Promise<BareAnswers> {
  const connection = await PlainConnection.open(url, '/')
  const answers: BareAnswer[] = []
  try {
    for (const request of cells.flatMap(({ requests }) => requests)) {
      const { status, head, body } = await connection.exchange(requestBytes(url, request))
      if (status !== 200 && status !== 304) throw new RangeError(`${request.path} was answered ${status}`)
      const headers = Object.fromEntries(
        ['content-type', 'etag', 'cache-control', 'vary'].flatMap((name) => {
          const value = new RegExp(`\\r\\n${name}: (.*)\\r\\n`, 'i').exec(head)?.[1]
          return value === undefined ? [] : [[name, value]]
        }),
      )
      answers.push({ key: keyOf(request.path, request.headers), status, headers, body: body.toString('base64') })
    }
    return { answers }
  } finally {
    connection.close()
  }
}
