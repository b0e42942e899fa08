import { publishedBlock, watchClaims } from '@parley/cli/roles'
import { WebSocket } from 'ws'
import type { Context } from '../../context.ts'
import type { StackPlaces } from '../../stack/stack-config.ts'
import { openStackReader } from '../pipeline-load.ts'
import { preciseNow, type SentBody } from './open-loop.ts'
import { type Delay, type Percentiles, percentilesOf } from './percentiles.ts'

export const blockLevels = ['sealed', 'published', 'claimed', 'final'] as const
export type BlockLevel = (typeof blockLevels)[number]

/** How far a level had come at a time. */
export interface Reached {
  readonly atMs: number
  /** Last block that is there. */
  readonly block: number
}

/** When blocks came to each level, in order of time. */
export class BlockLevels {
  private readonly reached: Readonly<Record<BlockLevel, Reached[]>> = {
    sealed: [],
    published: [],
    claimed: [],
    final: [],
  }

  reach(level: BlockLevel, block: number, atMs: number): void {
    if (block > this.last(level)) this.reached[level].push({ atMs, block })
  }

  last(level: BlockLevel): number {
    return this.reached[level].at(-1)?.block ?? 0
  }

  /** From when messages were to be sent until their blocks were at a level. @throws {RangeError} when one is not there. */
  percentiles(level: BlockLevel, sent: readonly SentBody[]): Percentiles {
    const reached = this.reached[level]
    const delays = sent.flatMap(({ dueAtMs, blocks }) =>
      blocks.map(([block, messages]): Delay => {
        const at = reached.find((each) => each.block >= block)
        if (at === undefined) throw new RangeError(`block ${block} is not ${level}`)
        return { ms: at.atMs - dueAtMs, messages }
      }),
    )
    return percentilesOf(delays)
  }
}

/** Milliseconds between looks at the batcher and at the L2. */
const lookEveryMs = 25
const l2PollMs = 50

/** Watches a stack from outside until the signal aborts. @returns rejects when something cannot be watched any more. */
export async function watchLevels(
  context: Context,
  places: StackPlaces,
  levels: BlockLevels,
  signal: AbortSignal,
): Promise<never> {
  const { config, clock, log } = context
  const fast: Context = { ...context, config: { ...config, l2: { ...config.l2, pollMs: l2PollMs } } }
  const reader = await openStackReader(fast, places, signal)
  const claims = watchClaims(
    reader,
    ({ claimedBlock, finalBlock }) => {
      levels.reach('claimed', Number(claimedBlock), preciseNow())
      levels.reach('final', Number(finalBlock), preciseNow())
    },
    signal,
  )
  const publications = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        levels.reach('published', Number(await publishedBlock(places.batcherUrl, signal)), preciseNow())
      } catch (error) {
        // A batcher that ended is told by the stack, with its last words; one that is busy answers the next time.
        log.debug({ err: error }, 'batcher does not answer')
      }
      await clock.sleep(lookEveryMs, signal)
    }
  }
  await Promise.all([claims, publications(), watchFeed(places.sequencerUrl, levels, signal)])
  throw signal.reason
}

/** Notes sealed blocks as the sequencer's feed sends them; of a block it reads the number and no more. */
function watchFeed(url: string, levels: BlockLevels, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/v1/feed/blocks`, { perMessageDeflate: false })
  socket.on('message', (data: Buffer, binary) => {
    if (!binary) return
    // SSZ of a `SealedBlock`: where the block begins, which begins with its header, which begins with its number.
    levels.reach('sealed', Number(data.readBigUInt64LE(data.readUInt32LE(0))), preciseNow())
  })
  socket.on('error', reject)
  socket.on('close', (code) => (signal.aborted ? resolve() : reject(new Error(`the feed was closed with ${code}`))))
  signal.addEventListener('abort', () => socket.terminate(), { once: true })
  return promise
}
