import type { ChainConfig } from '../config.ts'
import { decayedExcess, executionPrice } from '../fees/market.ts'
import { messageCharge, price } from '../fees/table.ts'
import { domainSeparator } from '../signing/typed-data.ts'
import type { SignatureVerifier } from '../signing/verifier.ts'
import type { Prices, Shard } from '../types/state.ts'

/** What the transition takes from the block around a segment. */
export interface BlockContext {
  readonly config: ChainConfig
  /** EIP-712 separator of the deployment. */
  readonly separator: Uint8Array
  readonly verifier: SignatureVerifier
  /** The header's timestamp in milliseconds. */
  readonly timestamp: bigint
  /** Prices of the state before the block. */
  readonly prices: Prices
}

export function blockContext(
  config: ChainConfig,
  verifier: SignatureVerifier,
  timestamp: bigint,
  prices: Prices,
): BlockContext {
  return { config, separator: domainSeparator(config.chainId, config.inbox), verifier, timestamp, prices }
}

/** Prices that hold during one segment. */
export interface SegmentPrices {
  /** Execution price of a unit of weight, in mwei. */
  readonly execution: bigint
  /** Price of one message, in mwei. */
  readonly message: bigint
  readonly prices: Prices
}

function pricesAt(feeExcess: bigint, context: BlockContext): SegmentPrices {
  const execution = executionPrice(feeExcess, context.config.fees)
  return { execution, message: price(messageCharge, execution, context.prices), prices: context.prices }
}

/** Lets the excess fall to the block's time and gives the prices of the segment that begins. */
export function beginSegment(shard: Shard, context: BlockContext): SegmentPrices {
  shard.feeExcess = decayedExcess(shard.feeExcess, shard.feeTime, context.timestamp, context.config.fees)
  shard.feeTime = context.timestamp
  return pricesAt(shard.feeExcess, context)
}

/** Prices of an inbox segment, which leaves the fee fields alone. */
export function inboxPrices(shard: Shard, context: BlockContext): SegmentPrices {
  return pricesAt(decayedExcess(shard.feeExcess, shard.feeTime, context.timestamp, context.config.fees), context)
}
