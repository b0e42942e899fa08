import {
  decodeClientFrame,
  decodeServerFrame,
  encodeClientRecord,
  encodeServerRecord,
  feedLevels,
  fromNow,
  RequestError,
  type ServerValues,
} from '@parley/api'
import { assertSame, type FuzzTarget, verdictOf } from '../target.ts'

const place = { shard: 3, index: 258 }
const message = { member: 1, content: new Uint8Array(32).fill(2), signature: new Uint8Array(64).fill(3) }
const entry = {
  position: 5n,
  block: 9n,
  timestamp: 1_000n,
  forced: false,
  event: { selector: 0, value: message },
} as const

const told: Partial<ServerValues> = {
  started: {
    keepaliveMs: 15_000,
    maxPlaces: 9,
    levels: feedLevels.sealed,
    epoch: new Uint8Array(32).fill(1),
    head: 4n,
  },
  entries: { place, level: feedLevels.sealed, entries: [entry, { ...entry, position: 6n }] },
  live: { after: 9n, places: [place, { shard: 4, index: 1 }] },
  refused: { id: 7, code: new TextEncoder().encode('CONVERSATION_UNKNOWN'), places: [place] },
}

const together = (parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts))

/** Frames of `/v1/feed`, as the server takes them and as a client does. */
export function feedTargets(): FuzzTarget[] {
  const mutations = [[], [{ ...place, from: fromNow, after: 0n }]].map((add) =>
    encodeClientRecord({
      kind: 'mutate',
      value: { id: 7, level: feedLevels.sealed, historyOnly: false, add, remove: [place] },
    }),
  )
  const ping = encodeClientRecord({ kind: 'ping', value: { id: 4 } })
  const records = Object.entries(told).map(([kind, value]) =>
    encodeServerRecord(kind as keyof ServerValues, value as never),
  )
  return [
    {
      name: 'feed frame of a client',
      weight: 2,
      corpus: [...mutations, ping, together([ping, ...mutations])],
      run: (input) =>
        verdictOf(() => {
          assertSame(input, together(decodeClientFrame(input).map(encodeClientRecord)), 'frame of a client')
        }, RequestError),
    },
    {
      name: 'feed frame of a server',
      weight: 2,
      corpus: [...records, together(records)],
      run: (input) =>
        verdictOf(() => {
          const again = decodeServerFrame(input).map(({ kind, value }) => encodeServerRecord(kind, value as never))
          assertSame(input, together(again), 'frame of a server')
        }, RequestError),
    },
  ]
}
