import { CodedError, type Silence } from '@parley/protocol'
import { type BackoffOptions, backoffMs, type Clock, pause } from '@parley/runtime'
import type { Logger } from 'pino'
import type { L2Contact } from '../l2/contact.ts'
import { BlockMaker, type BlockMakerDeps } from './block-maker.ts'
import type { ClaimRescuer, RescueOutcome } from './claim-rescuer.ts'

/** Something that a rescue waits for, or did. */
export type RescueStep =
  /** The oldest item, number `item`, may be called a silence from `from` on, in seconds of the L2. */
  | { readonly step: 'not silent yet'; readonly item: bigint; readonly from: bigint }
  | { readonly step: 'declared'; readonly outcome: RescueOutcome }
  | { readonly step: 'notice'; readonly item: bigint; readonly opensAt: bigint }
  | { readonly step: 'rescued'; readonly outcome: RescueOutcome; readonly block: bigint; readonly items: number }

export interface RescueResult {
  /** Items that waited and wait no longer. */
  readonly items: bigint
  /** Items in blocks of this account, those that came meanwhile included. */
  readonly rescued: bigint
  /** Blocks that this account claimed. */
  readonly blocks: number
}

export interface RescueDeps extends BlockMakerDeps {
  readonly rescuer: ClaimRescuer
  readonly contact: L2Contact
  readonly clock: Clock
  readonly log: Logger
  /** Told of each step once. */
  readonly tell: (step: RescueStep) => void
}

export interface RescueOptions extends BackoffOptions {
  readonly pollMs: number
}

/** Refusals in a row after which it is nobody else's transaction that was in the way. */
const mostRefusals = 10

/**
 * Sees to it that every item queued until now is consumed: by whoever claims, or else by declaring silence, waiting for the
 * notice and claiming the items, block by block. Nothing is stored: what is to be done follows from the L2.
 * @throws {CodedError} when the L2 refuses again and again what it should take.
 */
export async function rescueItems(
  deps: RescueDeps,
  options: RescueOptions,
  signal: AbortSignal,
): Promise<RescueResult> {
  const rescue = new Rescue(deps)
  try {
    let refusals = 0
    let failures = 0
    while (true) {
      signal.throwIfAborted()
      try {
        const result = await rescue.look(signal)
        if (result !== undefined) return result
        refusals = 0
        failures = 0
        await pause(deps.clock, options.pollMs, signal)
      } catch (error) {
        if (!(error instanceof CodedError) || signal.aborted) throw error
        refusals += error.meaning.retry === 'later' ? 0 : 1
        if (refusals >= mostRefusals) throw error
        deps.log.warn({ fault: error.toJSON() }, 'the rescue does not get on, trying again')
        await pause(deps.clock, backoffMs(failures, options), signal)
        failures += 1
      }
    }
  } finally {
    await rescue.close()
  }
}

class Rescue {
  private readonly deps: RescueDeps
  private readonly maker: BlockMaker
  /** Items that waited at the beginning: the first, and the one behind the last. */
  private wanted: { readonly from: bigint; readonly to: bigint } | undefined
  private told = ''
  private rescued = 0n
  private blocks = 0

  constructor(deps: RescueDeps) {
    this.deps = deps
    this.maker = new BlockMaker(deps)
  }

  close(): Promise<void> {
    return this.maker.close()
  }

  /** Does what can be done now. @returns what came of it once nothing is left. */
  async look(signal: AbortSignal): Promise<RescueResult | undefined> {
    const { rescuer, contact, l2 } = this.deps
    if (!contact.caughtUp || l2.summary === undefined) return undefined
    const head = await rescuer.head(signal)
    const consumed = head.lastHeader.inboxCount
    this.wanted ??= { from: consumed, to: consumed + (await rescuer.waiting(signal)) }
    const { from, to } = this.wanted
    if (consumed >= to) return { items: to - from, rescued: this.rescued, blocks: this.blocks }
    const silence = await rescuer.silence(signal)
    if (!silence.open) {
      await this.prepare(silence, consumed, signal)
      return undefined
    }
    const request = await this.maker.next(head)
    if (request === undefined) return undefined
    await rescuer.ensureBond(signal)
    const { outcome } = await rescuer.rescue(request, signal)
    const items = Number(request.inboxCount - consumed)
    if (outcome === 'done') {
      this.rescued += BigInt(items)
      this.blocks += 1
    }
    this.tell({ step: 'rescued', outcome, block: head.lastHeader.number + 1n, items })
    return undefined
  }

  /** Declares silence, or waits until that is possible or its notice has passed. */
  private async prepare(silence: Silence, consumed: bigint, signal: AbortSignal): Promise<void> {
    const { rescuer, l2 } = this.deps
    if (silence.opensAt !== 0n && consumed <= silence.index) {
      this.tell({ step: 'notice', item: silence.index, opensAt: silence.opensAt })
      return
    }
    const [oldest] = await l2.queue(consumed, 1)
    if (oldest === undefined) return
    const from = oldest.time / 1000n + BigInt(rescuer.terms.silenceLimit) + 1n
    if ((l2.summary?.time ?? 0n) < from * 1000n) {
      this.tell({ step: 'not silent yet', item: consumed, from })
      return
    }
    const { outcome } = await rescuer.declareSilent(signal)
    this.tell({ step: 'declared', outcome })
  }

  private tell(step: RescueStep): void {
    const { log, tell } = this.deps
    const text = JSON.stringify(step, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value))
    if (text === this.told) return
    this.told = text
    log.info({ ...step }, 'rescue')
    tell(step)
  }
}
