import { type BlockSource, type BlockView, CodedError, sameBytes } from '@parley/protocol'
import { type Clock, firstOf } from '@parley/runtime'
import type { Logger } from 'pino'
import { RelayError } from '../faults.ts'
import type { RelayChain } from '../relay-chain.ts'
import type { L2View } from './l2-view.ts'

export interface FollowerDeps {
  readonly source: BlockSource
  readonly l2: L2View
  readonly clock: Clock
  readonly log: Logger
}

export interface FollowerOptions {
  /** Bytes of blocks kept; those that are not claimed yet are kept beyond it. */
  readonly maxBytes: bigint
}

/** Faults of a source after which it is asked again: it is away, or its lineage ended and the L2 says from where on. */
const passing: ReadonlySet<string> = new Set(['SERVER_UNREACHABLE', 'LINEAGE_ENDED', 'FEED_REFUSED', 'SERVER_BUSY'])
const retryMs = 1_000

/** Takes in the blocks of a source, one after the other, until blocks that are stored no longer stand. */
export class Follower {
  /** Code of the fault that keeps it from reading; undefined while it reads. */
  away: string | undefined
  private readonly chain: RelayChain
  private readonly deps: FollowerDeps
  private readonly options: FollowerOptions

  constructor(chain: RelayChain, deps: FollowerDeps, options: FollowerOptions) {
    this.chain = chain
    this.deps = deps
    this.options = options
  }

  /**
   * Runs until `signal`, or until a removal of claims voided stored blocks.
   * @returns the last block that stands; undefined when the signal ended it.
   * @throws {RelayError} `BLOCK_UNLINKED`, `INBOX_DIFFERS`; what the source throws and does not pass.
   */
  async run(signal: AbortSignal): Promise<bigint | undefined> {
    const reading = new AbortController()
    const inner = AbortSignal.any([signal, reading.signal])
    const voided = this.untilVoided(inner)
    const read = this.readAll(inner)
    // Awaited below in their turn.
    read.catch(() => undefined)
    voided.catch(() => undefined)
    try {
      return await Promise.race([voided, read.then(() => undefined)])
    } catch (error) {
      if (!signal.aborted) throw error
      return undefined
    } finally {
      reading.abort(new Error('blocks are no longer read'))
      await Promise.allSettled([read, voided])
    }
  }

  private async readAll(signal: AbortSignal): Promise<void> {
    const { source, clock, log } = this.deps
    while (!signal.aborted) {
      try {
        for await (const view of source.blocks(this.chain.head + 1n, signal)) {
          await this.take(view, signal)
          this.away = undefined
        }
      } catch (error) {
        signal.throwIfAborted()
        const code = error instanceof CodedError ? error.fault.code : undefined
        if (code === undefined || !passing.has(code)) throw error
        this.away = code
        log.warn({ err: error }, 'the source cannot be read; it is asked again')
      }
      await clock.sleep(retryMs, signal)
    }
  }

  private async take(view: BlockView, signal: AbortSignal): Promise<void> {
    const { chain } = this
    const { header } = view
    if (!chain.follows(header)) {
      // Blocks of another lineage: the L2 will say which stored ones no longer stand.
      if (!sameBytes(header.lineage, chain.header.lineage))
        await new Promise<never>((_, reject) => onAbort(signal, reject))
      throw new RelayError({
        code: 'BLOCK_UNLINKED',
        block: header.number,
        expected: chain.root,
        received: header.parent,
      })
    }
    const before = chain.header.inboxCount
    const items = await this.deps.l2.take(before, Number(header.inboxCount - before), signal)
    await chain.add(view, items)
    const { claimed } = this.deps.l2
    const { maxBytes } = this.options
    if (chain.store.bytesKept > maxBytes) await chain.store.forget(claimed + 1n, maxBytes)
  }

  /** Resolves with the last block that stands once stored ones do not. */
  private async untilVoided(signal: AbortSignal): Promise<bigint> {
    const { l2 } = this.deps
    while (true) {
      const moved = l2.moved.next()
      const { head, store } = this.chain
      if (l2.caughtUp) {
        const standing = await l2.lastStanding(head, async (number) => (await store.header(number))?.lineage)
        if (standing < head) return standing
      }
      await firstOf([moved], signal)
    }
  }
}

function onAbort(signal: AbortSignal, run: (reason: unknown) => void): void {
  if (signal.aborted) run(signal.reason)
  else signal.addEventListener('abort', () => run(signal.reason), { once: true })
}
