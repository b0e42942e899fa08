import { itemsDue, limits, type QueuedItem } from '@parley/protocol'
import { SequencerError } from '../faults.ts'
import type { SealingOptions, VirtualOptions } from '../options.ts'
import { decideSeal, type OpenBlockLoad } from './sealing-rule.ts'
import { nextTimestamp, virtualTimestamp } from './timestamps.ts'

/** What a plan looks at when no block is open. */
export interface OpeningNeeds {
  readonly number: bigint
  readonly base: { readonly timestamp: bigint }
  /** Entries wait. */
  readonly waiting: boolean
  /** Inbox items known and not consumed. */
  readonly items: bigint
  /** Milliseconds of the clock. */
  readonly now: number
}

/** Undefined: no block is needed yet. Otherwise its timestamp and how many items it looks at, or when to ask again. */
export type OpeningDecision =
  | undefined
  | { readonly waitUntil: number; readonly timestamp?: never; readonly most?: never }
  | { readonly waitUntil?: never; readonly timestamp: bigint; readonly most: number }

export interface SealContext {
  readonly now: number
  readonly number: bigint
  /** Offers the block may still take. */
  readonly roomLeft: number
  readonly requested: boolean
}

/** Decides when blocks are opened and sealed. */
export interface Plan {
  /** Offers that a block takes at most. */
  room(number: bigint): number
  /** Whether sealing leaves queued entries to the next block. */
  readonly leaveQueued: boolean
  open(needs: OpeningNeeds): OpeningDecision
  /** When the clock will be where a block after `base` can be opened; milliseconds. */
  openableAt(base: OpeningNeeds['base'], now: number): number
  /** How many of the waiting items the block consumes. */
  take(number: bigint, waiting: readonly QueuedItem[], timestamp: bigint, forceDelayMs: bigint): number
  seal(
    block: OpenBlockLoad,
    context: SealContext,
  ): ReturnType<typeof decideSeal> | { seal: 'offers' | 'items' | 'asked' }
  /** Told after sealing. @throws {SequencerError} when entries were left that had to be in the block. */
  sealed(number: bigint, unexecuted: number): void
}

/**
 * Blocks by the clock: opened when something waits, with all the inbox items known.
 * @param ruleNow - What the rule is for now.
 */
export function livePlan(
  rule: SealingOptions,
  ruleNow: (rule: SealingOptions) => SealingOptions = (same) => same,
): Plan {
  return {
    room: () => Number.POSITIVE_INFINITY,
    leaveQueued: true,
    open({ base, waiting, items, now }) {
      if (!waiting && items === 0n) return undefined
      const decision = nextTimestamp(base.timestamp, now, rule)
      if (decision.waitUntil !== undefined) return decision
      return { timestamp: decision.timestamp, most: limits.inboxItemsPerBlock }
    },
    openableAt: ({ timestamp }, now) => nextTimestamp(timestamp, now, rule).waitUntil ?? now,
    take: (_, waiting) => waiting.length,
    seal: (block, { now, requested }) => (requested ? { seal: 'asked' } : decideSeal(ruleNow(rule), block, now)),
    sealed: () => undefined,
  }
}

/** Blocks by what is offered: the same offers in the same order give the same blocks, whatever the clock and the lanes do. */
export function virtualPlan(options: VirtualOptions, genesisTimestamp: bigint): Plan {
  const { blockEveryOffers, inboxItemsFirst } = options
  const perBlock = limits.inboxItemsPerBlock
  const itemBlocks = BigInt(Math.ceil(inboxItemsFirst / perBlock))
  const itemsOf = (number: bigint): number => {
    const before = Number(number - 1n) * perBlock
    return Math.max(0, Math.min(perBlock, inboxItemsFirst - before))
  }
  return {
    room: (number) => (number > itemBlocks ? blockEveryOffers : 0),
    leaveQueued: false,
    open({ number, waiting, items }) {
      const timestamp = virtualTimestamp(number, genesisTimestamp, options)
      if (number > itemBlocks) return waiting ? { timestamp, most: perBlock } : undefined
      return items >= BigInt(itemsOf(number)) ? { timestamp, most: itemsOf(number) } : undefined
    },
    // Its clock counts offers, not time.
    openableAt: (_, now) => now,
    take: (number, waiting, timestamp, forceDelayMs) =>
      number > itemBlocks ? itemsDue(waiting, timestamp, forceDelayMs) : itemsOf(number),
    seal(_, { number, roomLeft, requested }) {
      if (number <= itemBlocks) return { seal: 'items' }
      if (roomLeft <= 0) return { seal: 'offers' }
      return requested ? { seal: 'asked' } : { seal: undefined, againAt: undefined }
    },
    sealed(number, unexecuted) {
      if (unexecuted > 0)
        throw new SequencerError({ code: 'VIRTUAL_BLOCK_FULL', block: number, offers: blockEveryOffers })
    },
  }
}
