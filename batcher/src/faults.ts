import { CodedError, type FaultTable } from '@parley/protocol'

/** Half of a batch: blocks without signatures, and the signatures. */
export type BatchPart = 'core' | 'witness'

export type BatcherFault =
  | { code: 'BATCH_SELF_CHECK_FAILED'; batch: bigint; part: BatchPart; expected: Uint8Array; received: Uint8Array }
  | { code: 'BATCH_UNREADABLE'; batch: bigint; part: BatchPart; reason: string }
  | { code: 'BLOCK_TOO_LARGE'; block: bigint; part: BatchPart; bytes: number; maxBytes: number }
  | { code: 'BLOCK_GAP'; expected: bigint; received: bigint }
  | { code: 'BLOCK_UNLINKED'; block: bigint; expected: Uint8Array; received: Uint8Array }
  | { code: 'BLOCK_LINEAGE'; block: bigint; expected: Uint8Array; received: Uint8Array }
  | {
      code: 'BLOCK_MISMATCH'
      block: bigint
      field: string
      expected: bigint | Uint8Array
      received: bigint | Uint8Array
    }
  | { code: 'BLOCK_WITNESS'; block: bigint; shard: number; segment: number; expected: number; received: number }
  | { code: 'BLOCK_UNSIGNED'; block: bigint; sequencer: Uint8Array }
  | { code: 'RULES_UNKNOWN'; block: bigint; from: bigint; rules: number; known: number }
  | { code: 'SCHEDULE_CHANGED'; keys: number; rules: number }
  | { code: 'IN_RESCUE'; head: bigint; resumesAt: bigint }
  | { code: 'SOURCE_ENDED'; next: bigint }
  | { code: 'LINEAGE_CHANGED'; batch: bigint; expected: Uint8Array; received: Uint8Array }
  | { code: 'CLAIM_LOST'; claimed: bigint; head: bigint }
  | { code: 'PUBLICATION_MISSING'; batch: bigint; part: BatchPart }
  | { code: 'LAYER_NOT_OPEN'; batch: bigint; part: BatchPart; layer: string }
  | { code: 'LAYER_STALLED'; layer: string; waitedMs: number }
  | { code: 'PLAN_INVALID'; batch: bigint; reason: string }
  | { code: 'PLAN_MISSING'; batch: bigint }
  | { code: 'OPTION_OUT_OF_RANGE'; option: string; value: number; minimum: number; maximum: number }

export const batcherFaults: FaultTable<BatcherFault> = {
  BATCH_SELF_CHECK_FAILED: {
    blame: 'defect',
    retry: 'never',
    text: 'the encoded batch does not decode to its own root',
  },
  BATCH_UNREADABLE: { blame: 'defect', retry: 'never', text: 'the encoded batch does not decode' },
  BLOCK_TOO_LARGE: { blame: 'operator', retry: 'never', text: 'one block alone is larger than the DA layer takes' },
  BLOCK_GAP: { blame: 'layer', retry: 'later', text: 'the source gave another block than the next one' },
  BLOCK_UNLINKED: { blame: 'layer', retry: 'later', text: 'a block does not follow the one before it' },
  BLOCK_LINEAGE: { blame: 'layer', retry: 'later', text: 'a block is of another lineage than the L2’s' },
  BLOCK_MISMATCH: { blame: 'layer', retry: 'later', text: 'a header does not commit to what came with it' },
  BLOCK_WITNESS: { blame: 'layer', retry: 'later', text: 'a segment has another number of signatures than it needs' },
  BLOCK_UNSIGNED: { blame: 'layer', retry: 'later', text: 'a block is not signed by the sequencer' },
  RULES_UNKNOWN: {
    blame: 'operator',
    retry: 'never',
    text: 'a block is made by rules that this version does not know: install the version that does',
  },
  SCHEDULE_CHANGED: { blame: 'layer', retry: 'later', text: 'keys or rules were announced: the session begins anew' },
  IN_RESCUE: {
    blame: 'operator',
    retry: 'later',
    text: 'the chain was silent and rescues make its claims: the operator must resume',
  },
  SOURCE_ENDED: { blame: 'layer', retry: 'later', text: 'the block source ended' },
  LINEAGE_CHANGED: {
    blame: 'layer',
    retry: 'later',
    text: 'a claim was removed: the blocks are of a lineage that is over',
  },
  CLAIM_LOST: { blame: 'layer', retry: 'later', text: 'the L2 no longer has a claim that it had' },
  PUBLICATION_MISSING: { blame: 'layer', retry: 'later', text: 'a DA layer no longer has what it had accepted' },
  LAYER_NOT_OPEN: {
    blame: 'operator',
    retry: 'changed',
    text: 'a part lies, or was begun, on a layer that is not configured: configure it until its batch is claimed',
  },
  LAYER_STALLED: { blame: 'layer', retry: 'later', text: 'a DA layer neither publishes nor says why not' },
  PLAN_MISSING: {
    blame: 'operator',
    retry: 'later',
    text: 'data of a claim was asked for that this batcher has no plan of: whoever made it must answer',
  },
  PLAN_INVALID: { blame: 'operator', retry: 'never', text: 'a stored plan cannot be read back' },
  OPTION_OUT_OF_RANGE: { blame: 'operator', retry: 'changed', text: 'an option is outside its bounds' },
}

export class BatcherError extends CodedError<BatcherFault> {
  constructor(fault: BatcherFault, options?: ErrorOptions) {
    super(fault, batcherFaults, options)
  }
}
