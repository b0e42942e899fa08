import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openReader, waitFor } from '@parley/cli/roles'
import { createSequencerClient } from '@parley/client'
import { Registry } from 'prom-client'
import { needed } from '../config/settings.ts'
import type { Context } from '../context.ts'
import { checkTrace } from '../load/check-trace.ts'
import { linesOf } from '../load/lines.ts'
import { openGateway } from '../load/open-gateway.ts'
import { deriveFrom, deriveScalar } from '../load/seeded.ts'
import { newTally, playLoad } from '../load/session.ts'
import { nativeSigner } from '../load/signer.ts'
import { pricesNow, watchFinality } from '../observe/sequencer.ts'
import { showProgress } from '../progress/display.ts'
import { FinalityTracker } from '../progress/finality.ts'
import { openOwnAccounts, replaySeed } from './accounts.ts'

const pollMs = 250

/** What `parley replay --json` prints. */
interface ReplayReport {
  readonly messages: {
    readonly offered: number
    readonly accepted: number
    readonly refused: number
    readonly final: number
  }
  readonly conversations: number
}

/** Plays a load against a running stack, paid from accounts that it opens by deposits on the L2. */
export async function runReplay(context: Context): Promise<number> {
  const { run, load } = context.config
  const { dataDir } = run
  if (load.trace !== undefined) await checkTrace(load.trace, load.messages, context.signal)
  if (dataDir !== undefined) return replayIn(context, dataDir)
  const temporary = await mkdtemp(join(tmpdir(), 'parley-replay-'))
  try {
    const code = await replayIn(context, temporary)
    await rm(temporary, { recursive: true })
    return code
  } catch (error) {
    context.err.write(`the seed of the accounts that were paid into is in ${temporary}\n`)
    throw error
  }
}

async function replayIn(context: Context, dataDir: string): Promise<number> {
  const { config, clock, err, log, out, signal } = context
  const tracker = new FinalityTracker()
  const client = createSequencerClient({ url: needed(config, 'sequencer.url'), clock })
  const watching = new AbortController()
  const watched = AbortSignal.any([signal, watching.signal])
  const watches = Promise.all([
    showProgress({ tracker, screen: err, clock }, watched),
    watchFinality({ client, tracker, clock, log }, pollMs, watched),
  ])
  try {
    const report = await Promise.race([play(context, dataDir, tracker), watches.then(unreachable)])
    out.write(`${JSON.stringify(report, undefined, config.run.json ? undefined : 2)}\n`)
    return report.messages.refused === 0 ? 0 : 1
  } finally {
    watching.abort()
    await watches
  }
}

/** Watches end only when they are told to. */
function unreachable(): never {
  throw new RangeError('watching ended by itself')
}

async function play(context: Context, dataDir: string, tracker: FinalityTracker): Promise<ReplayReport> {
  const { config, clock, log, signal } = context
  const client = createSequencerClient({ url: needed(config, 'sequencer.url'), clock })
  const derive = deriveFrom(await replaySeed(config, dataDir))
  const owner = deriveScalar(derive, 'owner')
  const chain = await (await openReader(context, new Registry(), undefined)).config(signal)
  const opened = await openOwnAccounts(context, dataDir, chain, owner)
  const signer = nativeSigner()
  const gateway = await openGateway({ client, signer, clock }, owner, opened, signal)
  const prices = await pricesNow(client, signal)
  const tally = newTally()
  const lines = linesOf(config, derive)
  const { messages, messagesPerSecond, lookaheadLines, maxMessages } = config.load
  await playLoad(
    { client, config: chain, prices, gateway, derive, signer, lines, tracker, clock, log },
    { messages, messagesPerSecond, roundOffers: undefined, lookaheadLines, maxMessages },
    tally,
    signal,
  )
  if (config.dev.exit)
    await waitFor(
      'all messages to be final',
      () => (tracker.state('final').messages >= tally.accepted ? true : undefined),
      { clock, everyMs: pollMs, withinMs: config.dev.withinSeconds * 1_000 },
      signal,
    )
  const { offered, accepted, refused, refusedOperations, conversations } = tally
  const final = tracker.state('final').messages
  return { messages: { offered, accepted, refused: refused + refusedOperations, final }, conversations }
}
