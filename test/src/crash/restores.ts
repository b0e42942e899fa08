import { cp, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createSequencerClient } from '@parley/client'
import { environmentOf, followedBlock, LabError, type RoleName, type Stack, waitFor } from '@parley/lab'
import type { Clock } from '@parley/runtime'
import type { Logger } from 'pino'
import type { SeenHeaders } from './headers.ts'

export interface RestoreDeps {
  readonly stack: Stack
  readonly dataDir: string
  readonly clock: Clock
  readonly log: Logger
  readonly headers: SeenHeaders
}

/** What a start over an older copy has beside it. */
export interface Surroundings {
  /** The mark beside the key. */
  readonly mark: boolean
  readonly node: boolean
  /** The batcher, which follows the feed of sealed blocks. */
  readonly feed: boolean
  readonly l2: boolean
}

export interface RestoreCounts {
  /** Starts tried over older copies. */
  tried: number
  /** Those that did not refuse: each could sign a second header. */
  started: number
  /** What each combination of mark, node, feed and L2 ended in: starts by fault. */
  readonly combinations: Record<string, Record<string, number>>
  /** The same of starts over a copy while the original runs. */
  readonly besideTheOriginal: Record<string, Record<string, number>>
}

const both = [true, false]
const all: readonly Surroundings[] = both.flatMap((mark) =>
  both.flatMap((node) => both.flatMap((feed) => both.map((l2) => ({ mark, node, feed, l2 })))),
)

/** Nobody listens there. */
const nowhere = 'http://127.0.0.1:9'
const withinMs = 60_000
const everyMs = 50
/** Each so many restores a copy is also started while the original runs. */
const besideEvery = 4

export function nameOf({ mark, node, feed, l2 }: Surroundings): string {
  const has = { mark, node, feed, l2 }
  return Object.entries(has)
    .map(([name, there]) => `${there ? '' : 'no '}${name}`)
    .join(', ')
}

/** Starts sequencers over older copies of the sequencer's directory: every one of them must refuse. */
export class Restores {
  readonly counts: RestoreCounts = { tried: 0, started: 0, combinations: {}, besideTheOriginal: {} }
  private readonly deps: RestoreDeps
  private readonly signal: AbortSignal

  constructor(deps: RestoreDeps, signal: AbortSignal) {
    this.deps = deps
    this.signal = signal
  }

  /**
   * Kills the sequencer, copies its directory, lets it go on until the batcher knows a header that the copy does not, and
   * kills it again. Then a start over the copy is tried with the next combination, and the original is started again.
   */
  async tryNext(onRestart: (role: RoleName) => Promise<void>): Promise<void> {
    const { stack, dataDir, log } = this.deps
    const surroundings = all[this.counts.tried % all.length] as Surroundings
    const copy = join(dataDir, 'older-copy')
    await stack.roles.kill('sequencer')
    await cp(join(dataDir, 'sequencer'), copy, { recursive: true })
    await stack.roles.restart('sequencer')
    await onRestart('sequencer')
    await this.passed(await this.head())
    if (this.counts.tried % besideEvery === 0)
      for (const mark of both) {
        const beside = { mark, node: true, feed: true, l2: true }
        count(this.counts.besideTheOriginal, beside, await this.attempt(copy, beside))
      }
    await stack.roles.kill('sequencer')
    const ended = await this.attempt(copy, surroundings)
    log.info({ ...surroundings, ended }, 'an older copy was started')
    this.counts.tried += 1
    count(this.counts.combinations, surroundings, ended)
    await rm(copy, { recursive: true })
    await stack.roles.restart('sequencer')
    await onRestart('sequencer')
  }

  private async head(): Promise<bigint> {
    const client = createSequencerClient({ url: this.deps.stack.places.sequencerUrl })
    return (await client.block('latest', this.signal))?.block.header.number ?? 0n
  }

  /** Waits until the batcher knows a header above `head`. */
  private async passed(head: bigint): Promise<void> {
    const { stack, clock } = this.deps
    const look = async (): Promise<true | undefined> => {
      const number = await followedBlock(stack.places.batcherUrl, this.signal)
      return number !== undefined && number > head ? true : undefined
    }
    await waitFor('the batcher to follow', look, { clock, everyMs, withinMs }, this.signal)
  }

  /** @returns the fault that the start was refused with, or `STARTED`. */
  private async attempt(copy: string, { mark, node, feed, l2 }: Surroundings): Promise<string> {
    const { stack, dataDir, headers } = this.deps
    const { places, roles } = stack
    const directory = join(dataDir, 'tried-copy')
    const lostMark = join(dataDir, 'lost-mark')
    // Each starts over the copy as it was, and a lost mark is a new one.
    await cp(copy, directory, { recursive: true })
    await mkdir(lostMark, { recursive: true })
    const variables = environmentOf(
      {},
      {
        'run.dataDir': directory,
        'run.port': 0,
        'sequencer.markDir': mark ? join(dataDir, 'sequencer-mark') : lostMark,
        'sequencer.nodes': node ? places.nodeUrl : nowhere,
        'sequencer.relays': feed ? places.batcherUrl : nowhere,
        // Who has nobody to ask says so: the strongest that an operator can insist on.
        'sequencer.alone': !(node && feed),
        'l2.url': l2 ? places.l2Url : nowhere,
      },
    )
    try {
      const child = await roles.startBeside('sequencer', variables)
      this.counts.started += 1
      await headers.readAll(child.ready.url as string, this.signal)
      await child.stop()
      return 'STARTED'
    } catch (error) {
      if (!(error instanceof LabError && error.fault.code === 'CHILD_ENDED')) throw error
      return codeIn(error.fault.reason)
    } finally {
      await rm(directory, { recursive: true })
      await rm(lostMark, { recursive: true })
    }
  }
}

/** A process ends with its fault: the code, then what it means. */
export function codeIn(reason: string): string {
  return /\b[A-Z][A-Z0-9]*(_[A-Z0-9]+)+\b/.exec(reason)?.[0] ?? reason
}

function count(counts: Record<string, Record<string, number>>, surroundings: Surroundings, ended: string): void {
  const name = nameOf(surroundings)
  const ends = counts[name] ?? {}
  counts[name] = ends
  ends[ended] = (ends[ended] ?? 0) + 1
}
