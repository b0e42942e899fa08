import { decodeServerFrame, encodeClientRecord, feedLevels, feedRoutes } from '@parley/api'
import type { Clock } from '@parley/runtime'
import { WebSocket } from 'ws'
import { preciseNow } from '../latency/open-loop.ts'
import { Deliveries } from './deliveries.ts'
import { barePath, entriesIn, type FedResult, type FeedPlace, type FeedPlan } from './feed-plan.ts'

/** Handshakes under way at once: what is measured is delivering, not the storm. */
const openingAtOnce = 50
/** Milliseconds without any entry after which what has not come is lost. */
const silenceMs = 20_000
const lookEveryMs = 50

/**
 * Follows many conversations, each over a connection of its own, until all entries have come or nothing comes any more.
 * @param onOpen - Told when all connections are open, and live where there is a rollup behind them.
 */
export async function subscribe(
  clock: Clock,
  plan: FeedPlan,
  onOpen: () => void,
  signal: AbortSignal,
): Promise<FedResult> {
  const deliveries = new Deliveries(plan.places.length, plan)
  const failed = Promise.withResolvers<never>()
  // Raced below.
  failed.promise.catch(() => undefined)
  let heardAt = clock.now()
  const sockets: WebSocket[] = []
  const { blocksUrl } = plan
  const hasRollup = blocksUrl !== undefined
  const open = (url: string, path: string, onFrame: (frame: Buffer, atMs: number) => void): Promise<WebSocket> => {
    const socket = new WebSocket(`${url.replace(/^http/, 'ws')}${path}`, { perMessageDeflate: false })
    sockets.push(socket)
    socket.on('message', (data: Buffer, binary) => {
      if (binary) onFrame(data, preciseNow())
    })
    socket.on('close', (code) => failed.reject(new Error(`${path} was closed with ${code}`)))
    return new Promise((resolve, reject) => {
      socket.once('open', () => resolve(socket))
      socket.once('error', reject)
    })
  }
  try {
    if (hasRollup)
      // SSZ of a `SealedBlock`: where the block begins, which begins with its header, which begins with its number.
      await open(blocksUrl, '/v1/feed/blocks', (frame, atMs) =>
        deliveries.block(Number(frame.readBigUInt64LE(frame.readUInt32LE(0))), atMs),
      )
    for (let first = 0; first < plan.places.length; first += openingAtOnce)
      await Promise.all(
        plan.places.slice(first, first + openingAtOnce).map(async (place, i) => {
          const live = Promise.withResolvers<void>()
          const take = (frame: Buffer, atMs: number): void => {
            heardAt = clock.now()
            for (const entry of entriesIn(frame)) deliveries.entry(first + i, entry, atMs)
            if (hasRollup && !isLive) {
              isLive = decodeServerFrame(frame).some(({ kind }) => kind === 'live')
              if (isLive) live.resolve()
            }
          }
          let isLive = false
          const socket = await open(plan.url, hasRollup ? feedRoutes.live.path : barePath(place), take)
          if (!hasRollup) return
          socket.send(mutationFrom(place, plan))
          await Promise.race([live.promise, failed.promise])
        }),
      )
    onOpen()
    heardAt = clock.now()
    while (!deliveries.isComplete(hasRollup) && clock.now() - heardAt < silenceMs)
      await Promise.race([clock.sleep(lookEveryMs, signal), failed.promise])
    return deliveries.result()
  } finally {
    for (const socket of sockets) {
      socket.removeAllListeners('close')
      socket.terminate()
    }
  }
}

function mutationFrom([shard, index]: FeedPlace, { from, level }: FeedPlan): Uint8Array {
  const add = [{ shard, index, from: BigInt(from), after: 0n }]
  return encodeClientRecord({
    kind: 'mutate',
    value: { id: 1, level: feedLevels[level], historyOnly: false, add, remove: [] },
  })
}
