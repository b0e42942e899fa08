import { type Bytes32, type L2Position, SettlementError } from '@parley/protocol/light'
import type { Address, Hex } from 'viem'

/** A log as the node gives it. */
export interface RawLog {
  readonly address: Address
  readonly topics: readonly Hex[]
  readonly data: Hex
  readonly logIndex: number
}

/** The block an event stands in. `timestamp` in seconds. */
export interface EventBlock extends L2Position {
  readonly parentHash: Bytes32
  readonly timestamp: bigint
}

/** The fault of a node that tells of something that the contracts cannot have emitted. */
export function invalidEvent(reason: string, cause?: unknown): SettlementError {
  return new SettlementError({ code: 'EVENT_INVALID', reason }, { cause })
}
