import { type ClaimReceipt, type DaAmount, daLayerName } from '@parley/protocol'
import type { BatchPart } from '../faults.ts'
import type { BatchPlan } from '../plan.ts'

/** What one part of a batch cost, or its claim. */
export interface CostEntry {
  /** Number of its claim. */
  readonly batch: bigint
  readonly part: BatchPart | 'claim'
  /** Name of the DA layer; `l2` for the claim. */
  readonly layer: string
  /** Bytes published; 0 for the claim, and for what was paid on a layer that took nothing. */
  readonly bytes: bigint
  /** Messages of the batch. */
  readonly messages: bigint
  /** What the publication, or the claim with its share of the L1, cost. */
  readonly cost: DaAmount
  /** What was paid beside it for transactions that took others back; in the token of `cost`. */
  readonly overhead: bigint
  /** Gas that the claim used; 0 for parts. */
  readonly claimGas: bigint
  /** Of `cost`, what the L2 took for its own gas; 0 for parts. */
  readonly claimFee: bigint
  /** Of `cost`, what the L2 took for the L1; 0 for parts, and where the L2 does not say it. */
  readonly l1Fee: bigint
  /** Milliseconds since 1970. */
  readonly at: number
}

const noClaim = { claimGas: 0n, claimFee: 0n, l1Fee: 0n } as const

/** What a batch cost that was claimed: an entry for each part and one for the claim. */
export function entriesOf(plan: BatchPlan, receipt: ClaimReceipt, at: number): CostEntry[] {
  const { number: batch, messages } = plan
  const parts = (['core', 'witness'] as const).flatMap((part): CostEntry[] => {
    const { published, bytes } = plan[part]
    if (published === undefined) return []
    const { cost, layer } = published
    return [{ batch, part, layer: daLayerName(layer), bytes, messages, cost, overhead: 0n, ...noClaim, at }]
  })
  const { gasUsed: claimGas, fee: claimFee = 0n, l1Fee = 0n } = receipt
  const cost: DaAmount = { token: 'l2-eth', amount: claimFee + l1Fee }
  const claim = {
    batch,
    part: 'claim',
    layer: 'l2',
    bytes: 0n,
    messages,
    cost,
    overhead: 0n,
    claimGas,
    claimFee,
    l1Fee,
    at,
  } as const
  return [...parts, claim]
}

/** What a copy cost that was published beside, under the layer's name and the word shadow. */
export function shadowOf(plan: BatchPlan, part: BatchPart, layer: string, cost: DaAmount, at: number): CostEntry {
  const { number: batch, messages } = plan
  return {
    batch,
    part,
    layer: `${layer} (shadow)`,
    bytes: plan[part].bytes,
    messages,
    cost,
    overhead: 0n,
    ...noClaim,
    at,
  }
}

/** What was paid on a layer to end what was begun there. */
export function overheadOf(
  { number: batch }: BatchPlan,
  part: BatchPart,
  layer: string,
  { token, amount: overhead }: DaAmount,
  at: number,
): CostEntry {
  return { batch, part, layer, bytes: 0n, messages: 0n, cost: { token, amount: 0n }, overhead, ...noClaim, at }
}
