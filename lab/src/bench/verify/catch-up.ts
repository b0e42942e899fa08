import { join } from 'node:path'
import { readNode, waitFor } from '@parley/cli/roles'
import type { Context } from '../../context.ts'
import { LabError } from '../../faults.ts'
import { type Child, startChild } from '../../process/child.ts'
import { lastWords } from '../../process/last-words.ts'
import { readyWithinMs } from '../../process/ready-within.ts'
import { type ChildConfig, environmentOf } from '../../stack/environment.ts'
import { stackPollMs } from '../../stack/stack-config.ts'
import type { BenchStack } from '../bench-stack.ts'
import type { SentLoad } from '../send-load.ts'
import { type CpuTimes, readCpuTimes, threadOfLanes, usedBetween } from '../thread-cpu.ts'

/** How a node that began with nothing came to the end of the chain. */
export interface CatchUp {
  /** From when the block before the first was verified until the last was. */
  readonly seconds: number
  /** From when it was ready, with nothing but the genesis state. */
  readonly wholeSeconds: number
  readonly rootsCompared: number
  /** CPU time of the node in `seconds`, by part. */
  readonly cpuMicroseconds: ReadonlyMap<string, number>
}

const verifiedWithinMs = 240_000
/** What measures shares the machine with what it measures; beginning and end are met late alike. */
const lookEveryMs = 50

/**
 * Starts a node over an empty directory and waits until it has verified the blocks from `first` to `last`.
 * @throws {LabError} `CHILD_ENDED`, `CHILD_NOT_READY`, `NODE_HALTED`, `DEADLINE_PASSED`.
 */
export async function catchUp(
  context: Context,
  { stack, dataDir, signal }: BenchStack,
  name: string,
  { first, last }: { readonly first: bigint; readonly last: bigint },
): Promise<CatchUp> {
  const { clock } = context
  const child = await startNode(
    context,
    stack.places,
    join(dataDir, name),
    join(dataDir, 'logs', `${name}.log`),
    signal,
  )
  const ready = clock.now()
  const readCpu = (): Promise<CpuTimes> => readCpuTimes(new Map([['node', child.pid]]))
  let begun: { readonly at: number; readonly cpu: CpuTimes } | undefined
  const ended = child.exited.then(({ code }): never => {
    throw new LabError({ code: 'CHILD_ENDED', role: child.role, reason: lastWords(child.lastLines()), exitCode: code })
  })
  try {
    const look = async (): Promise<number | undefined> => {
      const view = await readNode(child.ready.url as string, signal)
      if (view.state === 'wrong' || view.state === 'failed')
        throw new LabError({ code: 'NODE_HALTED', state: view.state, reason: JSON.stringify(view.fault) })
      if (view.block + 1n >= first) begun ??= { at: clock.now(), cpu: await readCpu() }
      return view.block >= last ? view.rootsCompared : undefined
    }
    const waiting = { clock, everyMs: lookEveryMs, withinMs: verifiedWithinMs }
    const rootsCompared = await Promise.race([waitFor('the node to catch up', look, waiting, signal), ended])
    const now = clock.now()
    const { at, cpu } = begun ?? { at: now, cpu: await readCpu() }
    const cpuMicroseconds = usedBetween(cpu, await readCpu(), threadOfLanes)
    return { seconds: (now - at) / 1_000, wholeSeconds: (now - ready) / 1_000, rootsCompared, cpuMicroseconds }
  } finally {
    // Stopping it was asked for.
    ended.catch(() => undefined)
    await child.stop()
  }
}

/** Starts a node over an empty directory. */
export function startNode(
  context: Context,
  { l1Url, l2Url, rollup, daLocalUrl }: BenchStack['stack']['places'],
  dataDir: string,
  logFile: string,
  signal: AbortSignal,
  more: ChildConfig = {},
): Promise<Child> {
  const { config, inheritedEnv } = context
  const settings: ChildConfig = {
    ...more,
    'log.level': 'info',
    'run.dataDir': dataDir,
    'run.lanes': config.run.lanes,
    'run.verifier': config.run.verifier,
    'l1.url': l1Url,
    'l1.slots': 'block-number',
    'l2.url': l2Url,
    'l2.rollup': rollup,
    'l2.pollMs': stackPollMs,
    'da.localUrl': daLocalUrl,
  }
  return startChild(
    context,
    { role: 'node', env: environmentOf(inheritedEnv, settings), logFile, readyWithinMs },
    signal,
  )
}

/** Waits until a node has verified a block. @throws {LabError} `CHILD_ENDED`, `NODE_HALTED`; {CliError} `DEADLINE_PASSED`. */
export async function verifiedTo(
  { clock }: Pick<Context, 'clock'>,
  child: Child,
  block: bigint,
  signal: AbortSignal,
): Promise<void> {
  const look = async (): Promise<true | undefined> => {
    const view = await readNode(child.ready.url as string, signal)
    if (view.state === 'wrong' || view.state === 'failed')
      throw new LabError({ code: 'NODE_HALTED', state: view.state, reason: JSON.stringify(view.fault) })
    return view.block >= block ? true : undefined
  }
  const waiting = { clock, everyMs: lookEveryMs, withinMs: verifiedWithinMs }
  await waitFor(`block ${block} to be verified`, look, waiting, signal)
}

/** Blocks that a load's messages are in. */
export function rangeOf({ byBlock }: SentLoad): { first: bigint; last: bigint } {
  const blocks = Object.keys(byBlock).map(Number)
  return { first: BigInt(Math.min(...blocks)), last: BigInt(Math.max(...blocks)) }
}
