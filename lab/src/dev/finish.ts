import { join } from 'node:path'
import type { ClaimsView } from '@parley/cli/roles'
import { Closing, finalMessages, type NodeView, openLayers, verifiedRoot, waitFor } from '@parley/cli/roles'
import { Registry } from 'prom-client'
import { toHex } from 'viem'
import type { Context } from '../context.ts'
import type { LoadTally } from '../load/session.ts'
import { rollupGas } from '../observe/l2-gas.ts'
import type { SealedChainView } from '../observe/sealed.ts'
import type { FinalityTracker, Level } from '../progress/finality.ts'
import type { Stack } from '../stack/stack.ts'
import { stackConfig } from '../stack/stack-config.ts'
import { type PartReports, readParts } from './da-parts.ts'
import { drained } from './drained.ts'
import type { Observers } from './observers.ts'
import type { DevReport, Quantiles } from './report.ts'

export interface Run {
  readonly stack: Stack
  readonly observers: Observers
  readonly tracker: FinalityTracker
  readonly tally: LoadTally
}

const everyMs = 200

/** Waits until everything accepted is final and verified, and measures what came of it. @throws {CliError} `DEADLINE_PASSED`. */
export async function finish(context: Context, run: Run, signal: AbortSignal): Promise<DevReport> {
  const { clock, config } = context
  const { observers, stack, tally } = run
  const wait = <T>(waitedFor: string, look: () => Promise<T | undefined> | T | undefined): Promise<T> =>
    waitFor(waitedFor, look, { clock, everyMs, withinMs: config.dev.withinSeconds * 1_000 }, signal)
  const nodeUrl = stack.places.nodeUrl as string
  const { sealed, claims, node } = await drained(observers, nodeUrl, tally.accepted, wait, signal)
  const messages = await finalMessages(nodeUrl, node.finalBlock, signal)
  const nodeRoot = await verifiedRoot(nodeUrl, sealed.header.number, signal)
  return report(context, run, { sealed, claims, node, nodeRoot, messages }, signal)
}

/** The rest of a repeatable run makes no whole block: asks for it to be sealed as it is. */
export async function sealRest(sequencerUrl: string, signal: AbortSignal): Promise<void> {
  const response = await fetch(`${sequencerUrl}/v1/dev/seal`, { method: 'POST', signal })
  if (!response.ok) throw new Error(`sealing was answered ${response.status}`)
}

interface Ends {
  readonly sealed: SealedChainView
  readonly claims: ClaimsView
  readonly node: NodeView
  /** State root that the node reached at the sealed block. */
  readonly nodeRoot: string | undefined
  /** Messages in final blocks of the node. */
  readonly messages: number
}

async function report(
  context: Context,
  { stack, tracker, tally }: Run,
  { sealed, claims, node, nodeRoot, messages }: Ends,
  signal: AbortSignal,
): Promise<DevReport> {
  const { l2Url, rollup } = stack.places
  const gas = Number(await rollupGas(l2Url, rollup, stack.deployment))
  const parts = await allParts(context, stack, claims, signal)
  const bytes = parts.core.bytes + parts.witness.bytes
  const perMessage = (amount: number): number => (messages === 0 ? 0 : round(amount / messages))
  return {
    messages: {
      offered: tally.offered,
      accepted: tally.accepted,
      refused: tally.refused + tally.refusedOperations,
      final: messages,
    },
    conversations: tally.conversations,
    blocks: Number(sealed.header.number),
    batches: claims.claims.length,
    lanes: stack.roles.get('sequencer').ready.lanes as number,
    da: { layer: context.config.da.layer.toString(), bytes, bytesPerMessage: perMessage(bytes), parts },
    l2: { gas, gasPerMessage: perMessage(gas) },
    latencyMs: {
      accepted: quantiles(tracker, 'accepted'),
      sealed: quantiles(tracker, 'sealed'),
      final: quantiles(tracker, 'final'),
    },
    verifier: {
      blocks: Number(node.block),
      rootsCompared: node.rootsCompared,
      rootsEqual: node.rootsEqual,
      stateRoot: nodeRoot ?? '0x',
    },
    sequencer: {
      stateRoot: toHex(sealed.header.stateRoot),
      shardRoots: sealed.shardRoots.map((root) => toHex(root)),
    },
  }
}

async function allParts(
  { clock, log, config }: Context,
  { places, dataDir }: Stack,
  { claims }: ClaimsView,
  signal: AbortSignal,
): Promise<PartReports> {
  const closing = new Closing()
  const configured = stackConfig(config, places)
  try {
    const layers = await openLayers({ config: configured, clock, log, registry: new Registry() }, closing)
    return await readParts(claims, layers, join(dataDir, 'batcher'), signal)
  } finally {
    await closing.close()
  }
}

function quantiles(tracker: FinalityTracker, level: Level): Quantiles {
  const at = (quantile: number): number | null => {
    const ms = tracker.latencyMs(level, quantile)
    return ms === undefined ? null : round(ms)
  }
  return { p50: at(0.5), p99: at(0.99) }
}

const round = (value: number): number => Math.round(value * 100) / 100
