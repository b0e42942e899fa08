import { median } from '@parley/execution/bench'
import type { SentBody } from '../latency/open-loop.ts'

/** A claim as it is measured; times in milliseconds since 1970. */
export interface TimedClaim {
  /** By the L2, which counts whole seconds. */
  readonly claimedAtMs: number
  /** Its last block and that block's time. */
  readonly block: number
  readonly sealedAtMs: number
}

/** What was claimed of a load. */
export interface ClaimedLoad {
  readonly claims: number
  readonly messages: number
  /** Seconds from the block before a batch until its claim, which its oldest message waited at most. */
  readonly waitedSeconds: { readonly p50: number; readonly p90: number; readonly max: number }
  /** Medians of that in the second and the last third of the claims: where the batcher falls behind, the last grows. */
  readonly thirds: { readonly second: number; readonly last: number }
  /** Messages a second, between the claim that ends the first third and the last. */
  readonly messagesPerSecond: number
}

/** Messages by the block that they were accepted into. */
export function messagesByBlock(sent: readonly SentBody[]): ReadonlyMap<number, number> {
  const byBlock = new Map<number, number>()
  for (const { blocks } of sent)
    for (const [block, messages] of blocks) byBlock.set(block, (byBlock.get(block) ?? 0) + messages)
  return byBlock
}

/**
 * What claims within a time came to.
 * @param claims - All, in order; the one before the first that counts is where its batch begins.
 */
export function claimedIn(
  claims: readonly TimedClaim[],
  byBlock: ReadonlyMap<number, number>,
  fromMs: number,
  untilMs: number,
): ClaimedLoad {
  const counted = claims.flatMap(({ claimedAtMs, block }, i) => {
    const before = claims[i - 1]
    if (before === undefined || before.sealedAtMs < fromMs || claimedAtMs > untilMs) return []
    let messages = 0
    for (let number = before.block + 1; number <= block; number += 1) messages += byBlock.get(number) ?? 0
    return [{ claimedAtMs, messages, waited: (claimedAtMs - before.sealedAtMs) / 1_000 }]
  })
  if (counted.length < 3) throw new RangeError(`only ${counted.length} claims were made`)
  const third = Math.floor(counted.length / 3)
  const waits = counted.map(({ waited }) => waited)
  const sorted = waits.toSorted((a, b) => a - b)
  const at = (share: number): number => rounded(sorted[Math.ceil(share * sorted.length) - 1] as number)
  const [first, last] = [counted[third - 1], counted.at(-1)] as [(typeof counted)[0], (typeof counted)[0]]
  const later = counted.slice(third).reduce((sum, { messages }) => sum + messages, 0)
  return {
    claims: counted.length,
    messages: counted.reduce((sum, { messages }) => sum + messages, 0),
    waitedSeconds: { p50: at(0.5), p90: at(0.9), max: at(1) },
    thirds: { second: rounded(median(waits.slice(third, 2 * third))), last: rounded(median(waits.slice(2 * third))) },
    messagesPerSecond: Math.round((1_000 * later) / (last.claimedAtMs - first.claimedAtMs)),
  }
}

const rounded = (value: number): number => Number(value.toFixed(1))
