import type { ChainConfig, Prices } from '@parley/protocol'
import type { Clock } from '@parley/runtime'
import type { Logger } from 'pino'
import type { FinalityTracker } from '../progress/finality.ts'
import { createDelivery, type LoadClient } from './delivery.ts'
import { drive, type LoadDeps, type LoadOptions } from './driver.ts'
import type { Gateway } from './gateway.ts'
import { createPlanner } from './planner.ts'
import { Refusals } from './refusals.ts'
import type { Derive } from './seeded.ts'
import type { Answer } from './shard-stream.ts'
import type { LoadSigner } from './signer.ts'

export interface SessionDeps {
  readonly client: LoadClient
  readonly config: ChainConfig
  /** Prices in force when the load begins. */
  readonly prices: Prices
  readonly gateway: Gateway
  readonly derive: Derive
  readonly signer: LoadSigner
  readonly lines: LoadDeps['lines']
  readonly tracker: FinalityTracker
  readonly clock: Clock
  readonly log: Logger
  /** Milliseconds for which a sequencer that is away is asked again. @default 60_000 */
  readonly persistMs?: number
  /** Told of every answer besides. */
  readonly onAnswer?: (answer: Answer) => void
}

/** What became of a load; counts grow while it runs. */
export interface LoadTally {
  /** Messages sent. */
  offered: number
  accepted: number
  refused: number
  /** Conversations created. */
  conversations: number
  /** Creations, joins and payments refused. */
  refusedOperations: number
}

/** A sequencer may restart within this time without the load giving up. */
const persist = { persistMs: 60_000, retryEveryMs: 200 }

/**
 * Plays a load to its end.
 * @param tally - Counts while the load runs.
 * @throws what planning and delivery throw; the signal's reason.
 */
export async function playLoad(
  deps: SessionDeps,
  options: LoadOptions,
  tally: LoadTally,
  signal: AbortSignal,
): Promise<void> {
  const { tracker, clock } = deps
  const refusals = new Refusals(deps)
  const onAnswer = (answer: Answer): void => {
    count(answer, tally)
    deps.onAnswer?.(answer)
    const { offer, delivered, sentAtMs, answeredAtMs } = answer
    if (delivered.accepted === false) refusals.add(offer.kind, delivered)
    else if (offer.kind === 'message') {
      // Of what was found in the state the block is not known; it is not before the last one seen.
      const block = delivered.accepted === true ? delivered.block : tracker.state('accepted').block
      tracker.accept(block, sentAtMs, answeredAtMs)
    }
    refusals.tick()
  }
  try {
    await drive(
      {
        lines: deps.lines,
        planner: createPlanner(deps),
        delivery: createDelivery(
          { client: deps.client, clock },
          { ...persist, persistMs: deps.persistMs ?? persist.persistMs },
        ),
        clock,
        onAnswer,
      },
      options,
      signal,
    )
  } finally {
    refusals.flush()
  }
}

export function newTally(): LoadTally {
  return { offered: 0, accepted: 0, refused: 0, conversations: 0, refusedOperations: 0 }
}

function count({ offer, delivered }: Answer, tally: LoadTally): void {
  const accepted = delivered.accepted !== false
  if (offer.kind === 'message') {
    tally.offered += 1
    if (accepted) tally.accepted += 1
    else tally.refused += 1
  } else if (!accepted) tally.refusedOperations += 1
  else if (offer.creates) tally.conversations += 1
}
