import { createSequencerClient } from '@parley/client'
import {
  type Derive,
  type FinalityTracker,
  nativeSigner,
  newTally,
  type Observers,
  openGateway,
  playLoad,
  randomStream,
  type Stack,
  syntheticTrace,
  type TraceLine,
} from '@parley/lab'
import type { Clock } from '@parley/runtime'
import type { Logger } from 'pino'
import { Acknowledged } from './acknowledged.ts'
import type { SeenHeaders } from './headers.ts'
import { killRepeatedly } from './killer.ts'
import { type RestoreCounts, Restores } from './restores.ts'

export interface Run {
  readonly stack: Stack
  readonly dataDir: string
  readonly derive: Derive
  /** Key of the accounts that pay. */
  readonly owner: Uint8Array
  readonly clock: Clock
  readonly log: Logger
}

interface Watch {
  readonly observers: Observers
  readonly tracker: FinalityTracker
  readonly headers: SeenHeaders
}

/** A short look ahead, so that members join and allowances are paid while processes die. */
const lookaheadLines = 256

/** Lets a load run until every moment has passed; it ends with everything answered or found again. */
export async function loadUnderKills(
  run: Run,
  { observers, tracker, headers }: Watch,
  options: { readonly moments: number; readonly messagesPerSecond: number },
  signal: AbortSignal,
): Promise<{ acknowledged: Acknowledged; accepted: number; restores: RestoreCounts }> {
  const { stack, derive, owner, clock, log } = run
  const { sequencerUrl } = stack.places
  const client = createSequencerClient({ url: sequencerUrl, clock })
  const signer = nativeSigner()
  const gateway = await openGateway({ client, signer, clock }, owner, stack.accounts, signal)
  const acknowledged = new Acknowledged()
  const tally = newTally()
  const { chain } = observers
  let enough = false
  const lines = until(syntheticTrace(derive, { concurrent: 64, messagesPerMinute: 1_000 }), () => enough)
  const onAnswer = acknowledged.record.bind(acknowledged)
  const { prices } = chain.genesis
  const loading = playLoad(
    { client, config: chain, prices, gateway, derive, signer, lines, tracker, clock, log, onAnswer },
    {
      messages: undefined,
      messagesPerSecond: options.messagesPerSecond,
      roundOffers: undefined,
      lookaheadLines,
      maxMessages: 100,
    },
    tally,
    signal,
  )
  const onRestart = async (role: string): Promise<void> => {
    if (role === 'sequencer') await headers.readAll(sequencerUrl, signal)
  }
  const random = randomStream(derive, 'killer')
  const restores = new Restores({ stack, dataDir: run.dataDir, clock, log, headers }, signal)
  const onRestore = () => restores.tryNext(onRestart)
  const killing = killRepeatedly({ stack, random, clock, log, onRestart, onRestore }, options.moments, signal)
  await Promise.race([killing, loading])
  enough = true
  await loading
  log.info({ ...tally }, 'load has ended')
  return { acknowledged, accepted: tally.accepted, restores: restores.counts }
}

function* until(lines: Iterable<TraceLine>, enough: () => boolean): Generator<TraceLine> {
  for (const line of lines) {
    if (enough()) return
    yield line
  }
}
