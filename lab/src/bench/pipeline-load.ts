import { join } from 'node:path'
import { type ClaimsView, openReader, waitFor, watchClaims } from '@parley/cli/roles'
import type { SettlementReader } from '@parley/protocol'
import { Registry } from 'prom-client'
import type { Context } from '../context.ts'
import type { Stack } from '../stack/stack.ts'
import type { StackPlaces } from '../stack/stack-config.ts'
import { stackConfig } from '../stack/stack-config.ts'
import { runLoadProcess } from './load-process.ts'
import type { ClaimedAt } from './measure.ts'
import type { SentLoad } from './send-load.ts'
import { type PartOf, readCpuTimes, threadOfLanes, usedBetween } from './thread-cpu.ts'

/** What one load came to. */
export interface RunLoad {
  readonly sent: SentLoad
  /** The claims made from its first message to its last. */
  readonly history: readonly ClaimedAt[]
  /** CPU time by part from before its first message until its last was claimed, a message accepted. */
  readonly cpuMicroseconds: ReadonlyMap<string, number>
}

/** A stack with its claims as they come. */
export interface StackFollower {
  readonly stack: Stack
  readonly claims: () => ClaimsView
  readonly history: readonly ClaimedAt[]
  /** Rejects when the L2 can no longer be followed. */
  readonly failed: Promise<never>
}

const claimWithinMs = 120_000

/** Milliseconds between looks at the L2. */
const lookEveryMs = 1_000

const partOf: PartOf = (process, thread) => (process === 'sequencer' ? threadOfLanes(process, thread) : process)

/** Reads the L2 of a stack, seldom: what measures shares the machine with what it measures. */
export function openStackReader(context: Context, places: StackPlaces, signal: AbortSignal): Promise<SettlementReader> {
  const config = stackConfig(context.config, places)
  const seldom = { ...config, l2: { ...config.l2, pollMs: lookEveryMs } }
  return openReader({ ...context, config: seldom, signal }, new Registry(), undefined)
}

/** Follows the claims of a stack until the signal aborts. */
export async function followStack(context: Context, stack: Stack, signal: AbortSignal): Promise<StackFollower> {
  const history: ClaimedAt[] = []
  let latest: ClaimsView | undefined
  const reader = await openStackReader(context, stack.places, signal)
  const onChange = (view: ClaimsView): void => {
    latest = view
    // The L2's own time of each claim: looking often would cost more than it tells.
    for (const { claim } of view.claims.slice(history.length))
      history.push({ atMs: 1000 * Number(claim.claimedAt), block: claim.lastHeader.number })
  }
  const failed = watchClaims(reader, onChange, signal).then(() => Promise.reject(signal.reason))
  // Whoever measures races with it; until then a rejection must not end the process.
  failed.catch(() => undefined)
  const claims = (): ClaimsView => {
    if (latest === undefined) throw new RangeError('nothing was claimed yet')
    return latest
  }
  return { stack, claims, history, failed }
}

/** Sends a prepared load from a process of its own and waits until all of it is claimed. */
export async function runLoad(
  context: Context,
  { stack, history, failed }: StackFollower,
  path: string,
  signal: AbortSignal,
): Promise<RunLoad> {
  const { clock } = context
  const first = history.length
  const pids = new Map<string, number>([
    ...stack.roles.pids,
    ...Object.entries(stack.chainPids),
    ['bench', process.pid],
  ])
  const before = await readCpuTimes(pids)
  const sent = await Promise.race([send(context, stack.places, path, signal), failed])
  const last = Object.keys(sent.byBlock).reduce((highest, block) => {
    return BigInt(block) > highest ? BigInt(block) : highest
  }, 0n)
  await waitFor(
    'all messages to be claimed',
    () => ((history.at(-1)?.block ?? 0n) >= last ? true : undefined),
    { clock, everyMs: lookEveryMs, withinMs: claimWithinMs },
    signal,
  )
  const used = new Map(usedBetween(before, await readCpuTimes(pids), partOf))
  used.set('load', sent.cpuMicroseconds)
  const cpuMicroseconds = new Map([...used].map(([part, microseconds]) => [part, microseconds / sent.accepted]))
  return { sent, history: history.slice(first), cpuMicroseconds }
}

function send(context: Context, { sequencerUrl }: StackPlaces, path: string, signal: AbortSignal): Promise<SentLoad> {
  const { stream } = context.config.bench
  const config = { 'sequencer.url': sequencerUrl, 'bench.file': path, 'bench.stream': stream } as const
  const logFile = join(path, '..', 'logs', 'load.log')
  return runLoadProcess<SentLoad>(context, { role: 'bench load', config, logFile }, signal)
}
