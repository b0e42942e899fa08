import {
  type ClaimsView,
  deriveRoles,
  devMnemonic,
  FinalityTracker,
  type Observers,
  observe,
  readNode,
  stackConfig,
  verifiedRoot,
  waitFor,
} from '@parley/lab'
import { checkout } from '@parley/lab/program'
import type { BlockHeader } from '@parley/protocol'
import { SeenHeaders } from './headers.ts'
import { loadUnderKills, type Run } from './load-under-kills.ts'
import { findLost } from './lost.ts'
import { type CrashDeps, onStack } from './on-stack.ts'
import { countDoublePosted } from './posted.ts'
import type { RestoreCounts } from './restores.ts'

export interface CrashOptions {
  readonly moments: number
  readonly seed: string
  readonly layer: 'local' | 'ethereum-blobs'
  readonly messagesPerSecond: number
  /** Keeps data and logs. */
  readonly keep: boolean
}

/** What the run prints as its last line. */
export interface CrashReport {
  readonly moments: number
  readonly acknowledged: number
  readonly acknowledgedLost: number
  readonly doubleSigned: number
  readonly doublePosted: number
  readonly rootsEqual: boolean
  /** Starts over older copies of the sequencer's directory. */
  readonly restores: RestoreCounts
}

export const held = (report: CrashReport): boolean =>
  report.acknowledged > 0 &&
  report.acknowledgedLost === 0 &&
  report.doubleSigned === 0 &&
  report.doublePosted === 0 &&
  report.restores.started === 0 &&
  report.rootsEqual

const settleWithinMs = 180_000
const everyMs = 250
const loggedLosses = 20

/** Lets a load run over a stack whose processes are killed again and again, then looks for anything lost or doubled. */
export function runCrash(deps: CrashDeps, options: CrashOptions, signal: AbortSignal): Promise<CrashReport> {
  return onStack(
    deps,
    options,
    { node: true, batchAgeMs: 1_000 },
    (run, either) => killAndCheck(run, options, either),
    signal,
  )
}

async function killAndCheck(run: Run, options: CrashOptions, signal: AbortSignal): Promise<CrashReport> {
  const { stack, dataDir, clock, log } = run
  const { places } = stack
  const config = stackConfig(checkout.load({ flags: new Map(), env: {}, files: [] }).config, places)
  const headers = new SeenHeaders()
  const tracker = new FinalityTracker()
  const observed = { clock, log, config, onHeader: (header: BlockHeader) => headers.record(header) }
  const observers = await observe(observed, places, tracker, signal)
  const { acknowledged, accepted, restores } = await Promise.race([
    loadUnderKills(run, { chain: observers.chain, tracker, headers }, options, signal),
    observers.failed,
  ])
  const { claims, head } = await settle(run, observers, accepted, signal)
  const node = await readNode(places.nodeUrl as string, signal)
  await headers.readAll(places.sequencerUrl, signal)
  for (const { claim } of claims.claims) headers.record(claim.lastHeader)
  const lost = await findLost(places.nodeUrl as string, acknowledged.messages, signal)
  for (const message of lost.slice(0, loggedLosses)) log.error({ ...message }, 'acknowledged and lost')
  const nodeRoot = await verifiedRoot(places.nodeUrl as string, head.number, signal)
  const sameRoot = nodeRoot === `0x${Buffer.from(head.stateRoot).toString('hex')}`
  return {
    moments: options.moments,
    acknowledged: acknowledged.messages.length,
    acknowledgedLost: lost.length,
    doubleSigned: headers.doubled,
    doublePosted: await countDoublePosted(stack, dataDir, deriveRoles(devMnemonic, 0).batcher.address, claims),
    rootsEqual: node.rootsCompared > 0 && node.rootsEqual === node.rootsCompared && sameRoot,
    restores,
  }
}

/** Waits until everything accepted is sealed, final, and verified by the node. */
async function settle(
  { stack, clock }: Run,
  { sealed, claims }: Observers,
  accepted: number,
  signal: AbortSignal,
): Promise<{ readonly claims: ClaimsView; readonly head: BlockHeader }> {
  const wait = <T>(waitedFor: string, look: () => Promise<T | undefined> | T | undefined): Promise<T> =>
    waitFor(waitedFor, look, { clock, everyMs, withinMs: settleWithinMs }, signal)
  const head = await wait('all messages to be sealed', () => {
    const view = sealed()
    return view !== undefined && view.messages >= accepted ? view.header : undefined
  })
  const final = await wait('all blocks to be final', () => {
    const view = claims()
    return view !== undefined && view.finalBlock >= head.number ? view : undefined
  })
  await wait('the node to verify all blocks', async () => {
    const { finalBlock } = await readNode(stack.places.nodeUrl as string, signal)
    return finalBlock >= head.number ? true : undefined
  })
  return { claims: final, head }
}
