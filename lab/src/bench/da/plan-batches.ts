import { decideSeal, type SealingOptions } from '@parley/sequencer'

/** Of one message in the witness. */
export const signatureBytes = 64

/** A block to be: when it is sealed, in milliseconds from the start, and how many messages are in it. */
export interface PlannedBlock {
  readonly sealedAtMs: number
  readonly messages: number
}

/** Blocks that the sealing rule makes of messages that come evenly, without a sequencer's delays. */
export function planBlocks(
  { messagesPerSecond, messages }: { readonly messagesPerSecond: number; readonly messages: number },
  rule: SealingOptions,
): PlannedBlock[] {
  const arrivesAt = (message: number): number => (1_000 * message) / messagesPerSecond
  const arrivedBy = (now: number): number => Math.floor((now * messagesPerSecond) / 1_000 + 1e-6) + 1
  const blocks: PlannedBlock[] = []
  for (let first = 0; first < messages; ) {
    const openedAt = arrivesAt(first)
    const sealedAtMs = sealedAt(rule, openedAt, arrivesAt(first + rule.minOperations - 1), (now) => {
      return arrivedBy(now) - first
    })
    const end = Math.min(messages, arrivedBy(sealedAtMs))
    blocks.push({ sealedAtMs, messages: end - first })
    first = end
  }
  return blocks
}

/** Asks the rule again whenever it wants to be asked, and when enough has come. */
function sealedAt(rule: SealingOptions, openedAt: number, enoughAt: number, arrived: (now: number) => number): number {
  for (let now = openedAt; ; ) {
    const load = { openedAt, operations: arrived(now), items: 0, waitingSince: openedAt, full: false }
    const decision = decideSeal(rule, load, now)
    if (decision.seal !== undefined) return now
    const again = decision.againAt ?? enoughAt
    now = enoughAt > now ? Math.min(again, enoughAt) : again
  }
}

/** What closes a batch. */
export interface BatchRule {
  readonly maxAgeMs: number
  readonly maxBlocks: number
  /** Bytes of one part that the layer takes at once. */
  readonly maxPartBytes: number
  /** Whether so many messages fill a batch, so that waiting for more no longer pays. */
  readonly isFull: (messages: number) => boolean
}

/** How many of the blocks go into each batch: as the batcher closes them, by age, number, size and fullness. */
export function planBatches(blocks: readonly PlannedBlock[], rule: BatchRule): number[] {
  const batches: number[] = []
  for (let first = 0; first < blocks.length; ) {
    const deadline = (blocks[first] as PlannedBlock).sealedAtMs + rule.maxAgeMs
    let messages = 0
    let count = 0
    for (const block of blocks.slice(first, first + rule.maxBlocks)) {
      const grown = messages + block.messages
      if (count > 0 && (block.sealedAtMs > deadline || grown * signatureBytes >= rule.maxPartBytes)) break
      messages = grown
      count += 1
      if (rule.isFull(messages)) break
    }
    batches.push(count)
    first += count
  }
  return batches
}
