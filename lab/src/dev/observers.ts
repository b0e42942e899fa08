import { type ClaimsView, openReader, publishedBlock, watchClaims } from '@parley/cli/roles'
import { ClientError } from '@parley/client'
import { createSequencerBlockSource } from '@parley/client/blocks'
import { chooseVerifier } from '@parley/execution'
import type { BlockHeader, ChainConfig, SettlementReader } from '@parley/protocol'
import { Registry } from 'prom-client'
import type { Config } from '../config/settings.ts'
import type { Context } from '../context.ts'
import { RecentViews } from '../observe/recent-views.ts'
import { type SealedChainView, watchSealed } from '../observe/sealed.ts'
import type { FinalityTracker } from '../progress/finality.ts'
import type { StackPlaces } from '../stack/stack-config.ts'

/** What is seen of a stack from outside: of the sequencer its feed, of the rest the L2. */
export interface Observers {
  readonly reader: SettlementReader
  readonly chain: ChainConfig
  readonly sealed: () => SealedChainView | undefined
  readonly claims: () => ClaimsView | undefined
  /** Rejects when something cannot be watched any more. */
  readonly failed: Promise<never>
}

export interface ObserveContext extends Pick<Context, 'clock' | 'log'> {
  /** Names the places of the stack. */
  readonly config: Config
  /** Told of every sealed header. */
  readonly onHeader?: (header: BlockHeader) => void
  /** Whether a lineage that ends is followed by the next; otherwise watching fails then. @default false */
  readonly goesOn?: boolean
}

const publishedEveryMs = 250
const goesOnEveryMs = 1_000
/** What a reader meets while the sequencer goes back, and where rescues made blocks that nobody signed. */
const betweenLineages: ReadonlySet<string> = new Set([
  'LINEAGE_ENDED',
  'SERVER_UNREACHABLE',
  'BLOCK_FORGOTTEN',
  'HEADER_UNSIGNED',
])

/** Watches a stack until `signal` and tells the tracker how far blocks have come. */
export async function observe(
  context: ObserveContext,
  places: StackPlaces,
  tracker: FinalityTracker,
  signal: AbortSignal,
): Promise<Observers> {
  const { clock, log } = context
  const reader = await openReader({ ...context, signal }, new Registry(), undefined)
  const chain = await reader.config(signal)
  const keys = async (inner: AbortSignal) => (await reader.schedule(inner)).keys
  let sealed: SealedChainView | undefined
  let claims: ClaimsView | undefined
  const blocks = createSequencerBlockSource(
    { url: places.sequencerUrl, clock, verifier: chooseVerifier('auto') },
    { deployment: chain, keys },
  )
  const watches = [
    watchAllSealed(),
    watchClaims(
      reader,
      (view) => {
        claims = view
        tracker.reach('claimed', view.claimedBlock, clock.now())
        tracker.reach('final', view.finalBlock, clock.now())
      },
      signal,
    ),
    watchPublished(),
  ]
  const failed = Promise.all(watches).then(() => new Promise<never>(() => undefined))
  // Whoever watches races with it; until then a rejection must not end the process.
  failed.catch(() => undefined)
  return { reader, chain, sealed: () => sealed, claims: () => claims, failed }

  function reached(header: BlockHeader): void {
    tracker.reach('sealed', header.number, clock.now())
    context.onHeader?.(header)
  }

  async function watchAllSealed(): Promise<void> {
    const recent = new RecentViews()
    const onBlock = (view: SealedChainView): void => {
      sealed = view
      if (context.goesOn === true) recent.add(view, claims?.finalBlock ?? 0n)
      reached(view.header)
    }
    try {
      await watchSealed(blocks, onBlock, signal)
    } catch (error) {
      if (!isOver(error)) throw error
      await watchNextLineages(recent, onBlock)
    }
  }

  /** Blocks behind the claim that stands, as often as the sequencer goes back to one. */
  async function watchNextLineages(recent: RecentViews, onBlock: (view: SealedChainView) => void): Promise<void> {
    while (!signal.aborted) {
      log.warn('the lineage has ended; blocks are followed from the claim on that stands')
      try {
        const { lastHeader } = await reader.head(signal)
        // Added up from the first block on, or not at all.
        sealed = recent.backTo(lastHeader)
        if (sealed !== undefined) await watchSealed(blocks, onBlock, signal, sealed)
        else for await (const { header } of blocks.blocks(lastHeader.number + 1n, signal)) reached(header)
      } catch (error) {
        if (!isOver(error)) throw error
      }
      await clock.sleep(goesOnEveryMs, signal).catch(() => undefined)
    }
  }

  /** Whether the next lineage is to be waited for: the sequencer ended one, or is away as it is before the next. */
  function isOver(error: unknown): boolean {
    return context.goesOn === true && error instanceof ClientError && betweenLineages.has(error.fault.code)
  }

  async function watchPublished(): Promise<void> {
    while (!signal.aborted) {
      const block = await published()
      if (block !== undefined) tracker.reach('published', block, clock.now())
      // An abort ends the wait; the loop's condition sees it.
      await clock.sleep(publishedEveryMs, signal).catch(() => undefined)
    }
  }

  /** Undefined while the batcher does not answer: it may be starting again, and the level above shows the rest. */
  async function published(): Promise<bigint | undefined> {
    try {
      return await publishedBlock(places.batcherUrl, signal)
    } catch (error) {
      log.debug({ err: error }, 'batcher does not answer')
      return undefined
    }
  }
}
