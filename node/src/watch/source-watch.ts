import { type BlockHeader, type BlockSource, type Bytes32, CodedError, sameBytes } from '@parley/protocol'
import { type BackoffOptions, backoffMs, type Clock, pause } from '@parley/runtime'
import type { Logger } from 'pino'
import type { L2Contact } from '../l2/contact.ts'
import type { L2Log } from '../l2/l2-log.ts'
import type { Watcher } from './watcher.ts'

/** Who shows sealed blocks: a sequencer, or a relay. */
export interface WatchedSource {
  /** What logs, metrics and status say of it: no credentials. */
  readonly name: string
  readonly blocks: BlockSource
}

/** How following a source goes. */
export interface SourceStatus {
  readonly name: string
  readonly state: 'following' | 'failing'
  readonly fault: ReturnType<CodedError['toJSON']> | undefined
  /** Number of the last header that it showed to this process. */
  readonly block: bigint | undefined
}

export interface SourceWatchDeps {
  readonly source: WatchedSource
  readonly watcher: Watcher
  readonly l2: L2Log
  readonly contact: L2Contact
  readonly clock: Clock
  readonly log: Logger
}

/** Takes in the headers of one source, again and again. A source that fails holds nothing up. */
export class SourceWatch {
  private readonly deps: SourceWatchDeps
  private readonly backoff: BackoffOptions
  private last: BlockHeader | undefined
  private fault: CodedError | undefined

  constructor(deps: SourceWatchDeps, backoff: BackoffOptions) {
    this.deps = deps
    this.backoff = backoff
  }

  get status(): SourceStatus {
    const { fault, last, deps } = this
    return {
      name: deps.source.name,
      state: fault === undefined ? 'following' : 'failing',
      fault: fault?.toJSON(),
      block: last?.number,
    }
  }

  /** Runs until the signal aborts. @throws errors without a code. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, log, source } = this.deps
    let failures = 0
    while (!signal.aborted) {
      const before = this.last
      try {
        await this.follow(signal)
      } catch (error) {
        if (signal.aborted) return
        if (!(error instanceof CodedError)) throw error
        if (this.fault === undefined) log.warn({ source: source.name, fault: error.toJSON() }, 'a watched source fails')
        this.fault = error
      }
      failures = this.last === before ? failures + 1 : 0
      await pause(clock, backoffMs(failures, this.backoff), signal)
    }
  }

  /** One reading, which ends when another lineage begins: blocks have other numbers then. */
  private async follow(signal: AbortSignal): Promise<void> {
    const { source, watcher, l2 } = this.deps
    await this.untilCaughtUp(signal)
    const lineage = l2.summary?.lineage as Bytes32
    const reading = new AbortController()
    const inner = AbortSignal.any([signal, reading.signal])
    const moved = this.untilMoved(lineage, inner).then(
      () => reading.abort(),
      () => undefined,
    )
    try {
      for await (const { header, signature } of source.blocks.blocks(await this.from(lineage), inner)) {
        // A copy: the view shares its bytes with the whole block.
        await watcher.take({ header, signature: Uint8Array.from(signature) }, source.name, signal)
        this.last = header
        this.fault = undefined
      }
    } finally {
      reading.abort()
      await moved
    }
  }

  /** The last block that is known comes again, so that another one in its place is seen. */
  private async from(lineage: Bytes32): Promise<bigint> {
    const { l2 } = this.deps
    const claim = await l2.claim(l2.summary?.claim ?? 0n)
    const first = claim?.claim.lastHeader.number ?? 1n
    // Nobody signed the block of a rescue.
    const isRescued = claim !== undefined && (await l2.rescue(claim.hash)) !== undefined
    const claimed = isRescued ? first + 1n : first
    const { last } = this
    return last !== undefined && sameBytes(last.lineage, lineage) && last.number > claimed ? last.number : claimed
  }

  private async untilCaughtUp(signal: AbortSignal): Promise<void> {
    const { l2, contact } = this.deps
    for (let { seen } = l2; !contact.caughtUp; { seen } = l2) await l2.changed(seen, signal)
  }

  private async untilMoved(lineage: Bytes32, signal: AbortSignal): Promise<void> {
    const { l2 } = this.deps
    for (let { seen } = l2; sameBytes(l2.summary?.lineage ?? lineage, lineage); { seen } = l2)
      await l2.changed(seen, signal)
  }
}
