import { createSequencerClient } from '@parley/client'
import type { Clock } from '@parley/runtime'
import type { Logger } from 'pino'
import type { Observers } from '../../../dev/observers.ts'
import { openGateway } from '../../../load/open-gateway.ts'
import { risingPrices } from '../../../load/rising-prices.ts'
import { type Derive, deriveFrom } from '../../../load/seeded.ts'
import { type LoadTally, newTally, playLoad } from '../../../load/session.ts'
import { nativeSigner } from '../../../load/signer.ts'
import { syntheticTrace } from '../../../load/synthetic.ts'
import type { TraceLine } from '../../../load/trace-line.ts'
import type { FinalityTracker } from '../../../progress/finality.ts'
import type { Stack } from '../../../stack/stack.ts'
import { messagesPerSecond } from './profile.ts'

export interface SteadyLoadDeps {
  readonly stack: Stack
  readonly observers: Observers
  readonly tracker: FinalityTracker
  /** Key of the accounts that pay. */
  readonly owner: Uint8Array
  readonly clock: Clock
  readonly log: Logger
}

const trace = { concurrent: 16, messagesPerMinute: 60 * messagesPerSecond }
/** What is read ahead is still sent once the load is asked to end. */
const lookaheadLines = 32
const maxMessages = 100
/** Milliseconds for which the sequencer may be away: it goes back behind claims that fell before it takes messages again. */
const persistMs = 110_000

/** Messages at an even rate, until it is asked to end. */
export class SteadyLoad {
  readonly tally: LoadTally = newTally()
  /** Rejects with what the load fails with. */
  readonly playing: Promise<void>
  private ending = false

  constructor(deps: SteadyLoadDeps, seed: string, signal: AbortSignal) {
    this.playing = this.play(deps, deriveFrom(seed), signal)
    // Whoever stops it is told.
    this.playing.catch(() => undefined)
  }

  /** Sends no more, and waits until all that was sent is answered. */
  async stop(): Promise<void> {
    this.ending = true
    await this.playing
  }

  private async play(deps: SteadyLoadDeps, derive: Derive, signal: AbortSignal): Promise<void> {
    const { stack, observers, tracker, owner, clock, log } = deps
    const client = createSequencerClient({ url: stack.places.sequencerUrl, clock })
    const signer = nativeSigner()
    const gateway = await openGateway({ client, signer, clock }, owner, stack.accounts, signal)
    const { chain } = observers
    const prices = risingPrices(chain.genesis.prices)
    const session = {
      client,
      config: chain,
      prices,
      gateway,
      derive,
      signer,
      lines: this.lines(derive),
      tracker,
      clock,
      log,
      persistMs,
    }
    const options = { messages: undefined, messagesPerSecond, roundOffers: undefined, lookaheadLines, maxMessages }
    await playLoad(session, options, this.tally, signal)
  }

  private *lines(derive: Derive): Generator<TraceLine> {
    for (const line of syntheticTrace(derive, trace)) {
      if (this.ending) return
      yield line
    }
  }
}
