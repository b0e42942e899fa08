import { type ClaimsView, openReader, publishedBlock, watchClaims } from '@parley/cli/roles'
import { createSequencerBlockSource } from '@parley/client/blocks'
import { chooseVerifier } from '@parley/execution'
import type { BlockHeader, ChainConfig, SettlementReader } from '@parley/protocol'
import { Registry } from 'prom-client'
import type { Config } from '../config/settings.ts'
import type { Context } from '../context.ts'
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
}

const publishedEveryMs = 250

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
    watchSealed(
      blocks,
      (view) => {
        sealed = view
        tracker.reach('sealed', view.header.number, clock.now())
        context.onHeader?.(view.header)
      },
      signal,
    ),
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
