import { createSequencerClient } from '@parley/client'
import {
  type Derive,
  type FinalityTracker,
  nativeSigner,
  newTally,
  openGateway,
  playLoad,
  randomStream,
  type Stack,
  syntheticTrace,
  type TraceLine,
} from '@parley/lab'
import type { ChainConfig } from '@parley/protocol'
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

interface LoadWatch {
  readonly chain: ChainConfig
  readonly tracker: FinalityTracker
}

interface Watch extends LoadWatch {
  readonly headers: SeenHeaders
}

/** A short look ahead, so that members join and allowances are paid while processes die. */
const lookaheadLines = 256
/** Milliseconds for which a killed sequencer may be away: it recovers, and waits for safe blocks of the L2, on a busy machine. */
const persistMs = 300_000

/**
 * Lets a load run beside something else; it ends with everything answered or found again.
 * @param beside - Given what was acknowledged so far; the load ends when it does.
 */
export async function loadBeside(
  run: Run,
  { chain, tracker }: LoadWatch,
  messagesPerSecond: number,
  beside: (acknowledged: Acknowledged) => Promise<void>,
  signal: AbortSignal,
): Promise<{ acknowledged: Acknowledged; accepted: number }> {
  const { stack, derive, owner, clock, log } = run
  const { sequencerUrl } = stack.places
  const client = createSequencerClient({ url: sequencerUrl, clock })
  const signer = nativeSigner()
  const gateway = await openGateway({ client, signer, clock }, owner, stack.accounts, signal)
  const acknowledged = new Acknowledged()
  const tally = newTally()
  let enough = false
  const lines = until(syntheticTrace(derive, { concurrent: 64, messagesPerMinute: 1_000 }), () => enough)
  const onAnswer = acknowledged.record.bind(acknowledged)
  const { prices } = chain.genesis
  const loading = playLoad(
    { client, config: chain, prices, gateway, derive, signer, lines, tracker, clock, log, onAnswer, persistMs },
    { messages: undefined, messagesPerSecond, roundOffers: undefined, lookaheadLines, maxMessages: 100 },
    tally,
    signal,
  )
  await Promise.race([beside(acknowledged), loading])
  enough = true
  await loading
  log.info({ ...tally }, 'load has ended')
  return { acknowledged, accepted: tally.accepted }
}

/** Lets a load run until every moment has passed. */
export async function loadUnderKills(
  run: Run,
  watch: Watch,
  options: { readonly moments: number; readonly messagesPerSecond: number },
  signal: AbortSignal,
): Promise<{ acknowledged: Acknowledged; accepted: number; restores: RestoreCounts }> {
  const { stack, derive, dataDir, clock, log } = run
  const { headers } = watch
  const onRestart = async (role: string): Promise<void> => {
    if (role === 'sequencer') await headers.readAll(stack.places.sequencerUrl, signal)
  }
  const random = randomStream(derive, 'killer')
  const restores = new Restores({ stack, dataDir, clock, log, headers }, signal)
  const onRestore = () => restores.tryNext(onRestart)
  const kill = () => killRepeatedly({ stack, random, clock, log, onRestart, onRestore }, options.moments, signal)
  return { ...(await loadBeside(run, watch, options.messagesPerSecond, kill, signal)), restores: restores.counts }
}

function* until(lines: Iterable<TraceLine>, enough: () => boolean): Generator<TraceLine> {
  for (const line of lines) {
    if (enough()) return
    yield line
  }
}
