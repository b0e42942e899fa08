import { decayedExcess, executionPrice, grownExcess, messageCharge, price } from '@parley/protocol'
import type { BlockContext } from '@parley/protocol/reference'
import { type SegmentPrice, segmentPrice } from './segment-price.ts'

/** The fee fields of a shard. */
interface FeeFields {
  feeExcess: bigint
  feeTime: bigint
}

/** What a segment that begins now would find: the excess left and the price of a message. */
export interface SegmentStart {
  readonly feeExcess: bigint
  readonly price: SegmentPrice
}

export function segmentStart(shard: FeeFields, context: BlockContext): SegmentStart {
  const { fees } = context.config
  const feeExcess = decayedExcess(shard.feeExcess, shard.feeTime, context.timestamp, fees)
  return { feeExcess, price: segmentPrice(price(messageCharge, executionPrice(feeExcess, fees), context.prices)) }
}

/** Excess once a segment of `count` messages is closed. */
export function excessAfterMessages(feeExcess: bigint, count: number, context: BlockContext): bigint {
  return grownExcess(feeExcess, messageCharge.weight * BigInt(count), context.config.fees)
}
