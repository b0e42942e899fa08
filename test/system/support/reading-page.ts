import { createSequencerClient, type FeedTransport } from '@parley/client'

/** What a page has read, for the test that opened it. */
interface Reading {
  /** Positions of messages by conversation, in the order in which they came. */
  readonly positions: Record<string, number[]>
  /** Entries that came before their block was sealed. */
  early: number
  /** Conversations that are live. */
  live: number
  /** How often a connection was found to be live again. */
  lives: number
  failed: string | undefined
}

interface Asked {
  readonly url: string
  readonly transport: FeedTransport
  readonly places: readonly (readonly [shard: number, index: number])[]
}

const page = globalThis as unknown as { reading: Reading; location: { readonly hash: string } }
const reading: Reading = { positions: {}, early: 0, live: 0, lives: 0, failed: undefined }
page.reading = reading

async function read({ url, transport, places }: Asked): Promise<void> {
  const client = createSequencerClient({ url })
  const starts = places.map(([shard, index]) => ({ shard, index, from: 0n }))
  const feed = client.followMany(starts, new AbortController().signal, { level: 'accepted', transport })
  for await (const update of feed) {
    if (update.kind === 'live') {
      reading.live = reading.lives === 0 ? reading.live + update.places.length : reading.live
      if (reading.live === places.length) reading.lives += 1
    }
    if (update.kind !== 'entries') continue
    const { shard, index } = update.place
    const name = `${shard}/${index}`
    const positions = reading.positions[name] ?? []
    reading.positions[name] = positions
    for (const { position, event } of update.entries) if (event.selector === 0) positions.push(Number(position))
    if (update.level === 'accepted') reading.early += update.entries.length
  }
}

read(JSON.parse(decodeURIComponent(page.location.hash.slice(1)))).catch((error: unknown) => {
  reading.failed = String(error)
})
