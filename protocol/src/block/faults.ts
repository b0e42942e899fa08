import { CodedError, type FaultTable } from '../faults.ts'
import type { TransitionFault } from '../transition/faults.ts'

/** Where in a block something is wrong. */
export interface BlockPlace {
  readonly block: bigint
  readonly shard?: number
  readonly segment?: number
}

/** Every way a block can be wrong; the first difference is named. The closed list that fraud proofs cover. */
export type BlockFault = BlockPlace &
  (
    | { code: 'HEADER_LINK'; field: string; expected: bigint | Uint8Array; received: bigint | Uint8Array }
    | { code: 'TIMESTAMP_STEP'; previous: bigint; received: bigint; minimumStep: bigint }
    | { code: 'BLOCK_SIZE'; segments: number; maximum: number }
    | { code: 'SEGMENT_COUNT'; expected: bigint; received: bigint }
    | { code: 'BLOCK_EMPTY' }
    | { code: 'RUN_ORDER'; previousShard: number }
    | { code: 'RUN_ROOT'; expected: Uint8Array; received: Uint8Array }
    | { code: 'RUNS_ROOT'; expected: Uint8Array; received: Uint8Array }
    | { code: 'CONTINUITY'; expected: Uint8Array; received: Uint8Array }
    | { code: 'SEGMENT_ORDER'; reason: string }
    | { code: 'FULLNESS'; messages: number }
    | { code: 'INBOX_RANGE'; reason: string; expected: bigint; received: bigint }
    | { code: 'INBOX_HASH'; expected: Uint8Array; received: Uint8Array }
    | { code: 'INBOX_MISSING'; item: bigint }
    | { code: 'WITNESS_SHAPE'; expected: number; received: number }
    | { code: 'PRICES'; field: string; expected: bigint; received: bigint }
    | { code: 'SEGMENT_INVALID'; entry: number; fault: TransitionFault }
    | { code: 'POST_ROOT'; expected: Uint8Array; received: Uint8Array }
    | { code: 'STATE_ROOT'; expected: Uint8Array; received: Uint8Array }
  )

const operator = (text: string) => ({ blame: 'operator', retry: 'never', text }) as const

export const blockFaults: FaultTable<BlockFault> = {
  HEADER_LINK: operator('a header does not follow the one before it'),
  TIMESTAMP_STEP: operator('a timestamp is too close to the one before it'),
  BLOCK_SIZE: operator('a block has too many segments'),
  SEGMENT_COUNT: operator('the header does not count the block’s segments'),
  BLOCK_EMPTY: operator('a block has neither segments nor inbox items'),
  RUN_ORDER: operator('shards do not ascend or are out of range'),
  RUN_ROOT: operator('a run does not end in its last segment’s root'),
  RUNS_ROOT: operator('the header does not commit to the runs'),
  CONTINUITY: operator('a segment does not begin where the shard stood'),
  SEGMENT_ORDER: operator('inbox items are not first, not in order or not of this shard'),
  FULLNESS: operator('a message segment is empty, or not full before another one'),
  INBOX_RANGE: operator('a block consumes too few or too many inbox items'),
  INBOX_HASH: operator('the header names another inbox'),
  INBOX_MISSING: operator('an inbox item of the block’s range is not executed'),
  WITNESS_SHAPE: operator('the signatures are not as many as the body needs'),
  PRICES: operator('the header names other prices than the state before it'),
  SEGMENT_INVALID: operator('a segment holds an invalid operation'),
  POST_ROOT: operator('executing a segment gives another root'),
  STATE_ROOT: operator('the block’s state has another root'),
}

export class BlockError extends CodedError<BlockFault> {
  constructor(fault: BlockFault) {
    super(fault, blockFaults)
  }
}
